import { execFileSync } from 'node:child_process'
import test from 'ava'

const LOG = JSON.stringify(new URL('../src/log.ts', import.meta.url).href)

interface Line {
  level: number
  time: string
  msg: string
  id?: number
  events?: number
}

/** What a process that logs to a pipe writes, as parsed lines. */
function logged(code: string): Line[] {
  const script = `import { createLog } from ${LOG};\n${code}`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

test('away from a terminal each message is one JSON line, written before the process ends', (t) => {
  const lines = logged(
    `const log = createLog('info'); log.debug('no'); log.info({ events: 3 }, 'loaded'); process.exit(0)`,
  )
  t.is(lines.length, 1)
  t.like(lines[0], { level: 30, events: 3, msg: 'loaded' })
  t.regex(lines[0]?.time ?? '', /^\d{4}-.*Z$/)
})

test('a worker thread logs as well as the main one', (t) => {
  const worker = `import(${LOG}).then(({ createLog }) => { createLog('info').warn('from a worker'); process.exit(0) })`
  const lines = logged(`
    import { Worker } from 'node:worker_threads';
    new Worker(${JSON.stringify(worker)}, { eval: true });
    createLog('info').warn('from the main thread')
  `)
  t.is(lines.length, 2)
  for (const msg of ['from a worker', 'from the main thread']) t.true(lines.some((line) => line.msg === msg))
})

test('what may hold a payload, an address or a secret is censored', (t) => {
  const secret = `{ authorization: 'x-y-z', secret: 'x-y-z', email: 'x-y-z', payload: { a: 'x-y-z' }, body: 'x-y-z' }`
  const lines = logged(`
    const log = createLog('info');
    log.info({ id: 1, ...${secret} });
    log.info({ id: 2, request: ${secret} });
    log.info({ id: 3, context: { request: ${secret} } });
    log.info({ id: 4, config: { webhookSecrets: ['x-y-z'] } });
  `)
  t.deepEqual(
    lines.map((line) => line.id),
    [1, 2, 3, 4],
  )
  t.notRegex(JSON.stringify(lines), /x-y-z/)
})

test('silent says nothing', (t) => {
  t.deepEqual(logged(`createLog('silent').fatal('no')`), [])
})
