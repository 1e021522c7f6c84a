/** Processes that die, and disks that are full: what was acknowledged is there. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { openSqliteBuffer } from '../../src/buffer/sqlite.ts'
import { TransientError } from '../../src/errors.ts'
import { appendAll, arrival, drain, LIMITS, OPTIONS, sqlitePlace } from '../support/buffers.ts'
import { bufferChild, type Child } from '../support/children.ts'
import { unaccounted, withBuffer } from './with-buffer.ts'

withBuffer('an acknowledged event survives SIGKILL, whenever it comes', sqlitePlace, async (t, open, { path }) => {
  const acknowledged = new Set<string>()
  const loaded: string[] = []
  for (let round = 0; round < 6; round++) {
    const child = bufferChild('append', path, String(round * 1_000_000))
    const said: string[] = []
    for (let count = 0; count < 1 + round * 150; count++) said.push(await child.line())
    said.push(...(await child.kill()))
    for (const n of said) acknowledged.add(arrival(Number(n), 500).id)
    const buffer = open()
    loaded.push(...(await drain(buffer, 'duckdb')))
    const stats = await buffer.stats()
    t.deepEqual(unaccounted(stats), [])
    t.is(stats.received, loaded.length)
    await buffer.close()
  }
  t.true(acknowledged.size > 2000)
  const found = new Set(loaded)
  t.is(found.size, loaded.length)
  t.deepEqual(
    [...acknowledged].filter((id) => !found.has(id)),
    [],
  )
})

withBuffer('one process loads while another appends', sqlitePlace, async (t, open, { path }) => {
  const buffer = open()
  const child = bufferChild('append', path, '0')
  const loaded: string[] = []
  const said: string[] = []
  while (loaded.length < 2000) {
    said.push(await child.line())
    loaded.push(...(await drain(buffer, 'duckdb', { ...LIMITS, events: 100 })))
    t.deepEqual(unaccounted(await buffer.stats()), [])
  }
  said.push(...(await child.kill()))
  loaded.push(...(await drain(buffer, 'duckdb')))
  const ids = new Set(loaded)
  t.is(ids.size, loaded.length)
  t.deepEqual(
    said.filter((n) => !ids.has(arrival(Number(n), 500).id)),
    [],
  )
})

withBuffer(
  'a claim is refused to another process, and freed when its holder is killed',
  sqlitePlace,
  async (t, open, { path }) => {
    const buffer = open()
    const holder = bufferChild('claim', path, 'duckdb')
    t.is(await holder.line(), 'held')
    t.is(await buffer.claim('duckdb'), undefined)
    const other = bufferChild('claim', path, 'duckdb')
    t.is(await other.line(), 'refused')
    await Promise.all([holder.kill(), other.kill()])
    const claim = await buffer.claim('duckdb')
    t.truthy(claim)
    claim?.release()
  },
)

withBuffer('an open batch is the same after its loader was killed', sqlitePlace, async (t, open, { path }) => {
  const child = bufferChild('append', path, '0')
  for (let count = 0; count < 50; count++) await child.line()
  const buffer = open()
  const batch = await buffer.nextBatch('duckdb', { ...LIMITS, events: 20 })
  await child.kill()
  await buffer.close()
  t.deepEqual(await open().nextBatch('duckdb', LIMITS), batch)
})

withBuffer(
  'a writer that dies refuses all that wait, and another is started',
  sqlitePlace,
  async (t, open, { folder }) => {
    const buffer = open()
    renameSync(folder, `${folder}-away`)
    const refused = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => buffer.append(arrival(n))))
    renameSync(`${folder}-away`, folder)
    for (const each of refused) {
      t.true(each.status === 'rejected' && each.reason instanceof TransientError)
    }
    t.like(await buffer.stats(), { received: 0, kept: 0 })
    await appendAll(buffer, 1, 3)
    t.like(await buffer.stats(), { received: 3, kept: 3 })
  },
)

withBuffer(
  'a file that was replaced takes nothing from a buffer that was open before',
  sqlitePlace,
  async (t, open, { path }) => {
    const before = open()
    renameSync(path, `${path}.moved`)
    const after = open()
    await t.throwsAsync(before.append(arrival(1)), { instanceOf: TransientError, message: /moved or deleted/ })
    t.like(await after.stats(), { received: 0 })
  },
)

/** Fills until refused, makes room, goes on: what was acknowledged is there, what was refused is not counted. */
async function fillsUp(child: Child, makeRoom: () => void) {
  const answers: string[] = []
  const ask = async () => {
    const answer = await child.ask('')
    answers.push(answer)
    return answer
  }
  while ((await ask()).startsWith('ok') && answers.length < 200);
  const refused = await ask()
  makeRoom()
  const accepted = await ask()
  const count = answers.filter((answer) => answer.startsWith('ok')).length
  return { refused, accepted, count }
}

withBuffer(
  'a file that may not grow refuses for now, and takes events again',
  sqlitePlace,
  async (t, open, { path }) => {
    const child = bufferChild('fill', path)
    try {
      execFileSync('prlimit', ['--pid', String(child.process.pid), '--fsize=1000000:unlimited'])
    } catch {
      await child.kill()
      t.log('not tested: prlimit is not there')
      return
    }
    const raise = () => execFileSync('prlimit', ['--pid', String(child.process.pid), '--fsize=unlimited'])
    const { refused, accepted, count } = await fillsUp(child, raise)
    await child.kill()
    t.regex(refused, /^refused \d+ TransientError: store the event/)
    t.regex(accepted, /^ok/)
    const stats = await open().stats()
    t.deepEqual([stats.received, stats.kept], [count, count])
  },
)

test('a full disk refuses for now, and takes events again', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmSync(folder, { recursive: true })
    t.log('not tested: a small disk cannot be mounted here')
    return
  }
  const path = join(folder, 'buffer.sqlite')
  try {
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(1_500_000))
    const child = bufferChild('fill', path)
    const { refused, accepted, count } = await fillsUp(child, () => rmSync(join(folder, 'ballast')))
    await child.kill()
    t.regex(refused, /^refused \d+ TransientError: store the event .*full.*make room/)
    t.regex(accepted, /^ok/)
    const buffer = openSqliteBuffer(path, OPTIONS)
    const { received, kept } = await buffer.stats()
    t.deepEqual([received, kept], [count, count])
    await buffer.close()
  } finally {
    execFileSync('umount', [folder])
    rmSync(folder, { recursive: true })
  }
})
