import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { startProcess } from '../../scripts/processes.ts'
import { heapFor, memoryHere, memoryMistake } from '../../src/load/heap.ts'
import { folder } from '../support/process.ts'

const MB = 1024 ** 2
const CHILD = fileURLToPath(new URL('../support/long-body-child.ts', import.meta.url))

test('a body that fits is no mistake, and the default fits anywhere', (t) => {
  t.is(memoryMistake(MB, { heap: 128 * MB, all: 160 * MB }), undefined)
  t.is(memoryMistake(MB, memoryHere()), undefined)
  const exact = heapFor(10 * MB)
  t.is(memoryMistake(10 * MB, { heap: exact, all: 1.25 * exact }), undefined)
  t.truthy(memoryMistake(10 * MB + 1, { heap: exact, all: 2 * exact }))
  t.truthy(memoryMistake(10 * MB + 1, { heap: 2 * exact, all: 1.25 * exact }))
})

test('one that does not is told with both numbers and the way out, by what there is too little of', (t) => {
  t.is(
    memoryMistake(256 * MB, { heap: 4288 * MB, all: 24_000 * MB }),
    `BODY_LIMIT: reading one body of 268435456 bytes can take 8256 MB of memory, and V8's heap has 4288 MB in this process; set it to 138412032 at most, or start with NODE_OPTIONS=--max-old-space-size=8256`,
  )
  t.is(
    memoryMistake(64 * MB, { heap: 4288 * MB, all: 1024 * MB }),
    'BODY_LIMIT: reading one body of 67108864 bytes can take 2640 MB of memory, and there are 1024 MB here; set it to 24746393 at most, or give it more memory',
  )
})

test('a server whose BODY_LIMIT needs more memory than it has does not start', async (t) => {
  const env = { DATA_DIR: await folder(t), PORT: '0', BODY_LIMIT: '32mb', NODE_OPTIONS: '--max-old-space-size=512' }
  const server = startProcess('src/main.ts', [], { env, cwd: tmpdir() })
  t.teardown(() => server.kill('SIGKILL'))
  const { code, errors, output } = await server.ended
  t.is(code, 1)
  t.regex(
    errors,
    /^check the settings:\n {2}- BODY_LIMIT: reading one body of 33554432 bytes can take 1088 MB .*max-old-space-size=1088\n$/,
  )
  t.is(output, '')
})

for (const unit of ['{},', '[[[]]],', '[],', '1.5,', '"",']) {
  for (const what of ['check', 'flatten']) {
    test(`a body of ${unit}… can be read in the heap that is said to be enough: ${what}`, (t) => {
      const heap = Math.ceil(heapFor(4 * MB) / MB)
      const args = [`--max-old-space-size=${heap}`, CHILD, what, unit, String(4 * MB)]
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      t.is(status, 0, stderr)
    })
  }
}
