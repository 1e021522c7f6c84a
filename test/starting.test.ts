import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import { settings } from '../src/config/schema.ts'
import { folder, NEVER, run, start, startProduct } from './support/process.ts'

/** What package.json starts as `npm start` is started; all else is for whoever works on the program. */
function commandsOfUsers(): string[] {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(manifest)
  const names = Object.keys(scripts).filter((name) => scripts[name]?.includes('/compile-cache.js '))
  return names.filter((name) => name !== 'start')
}

test('--help ends by 0 and names every setting and command, and anything else is refused', async (t) => {
  const dataDir = await folder(t)
  const { code, output } = await run(t, 'src/main.ts', { args: ['--help'], dataDir })
  t.is(code, 0)
  for (const { name } of settings) t.true(output.includes(`  ${name}`), name)
  const [, commands = ''] = /Other commands: npm run (.*);/.exec(output) ?? []
  t.deepEqual(commands.split(', ').toSorted(), commandsOfUsers().toSorted())
  const wrong = await run(t, 'src/main.ts', { args: ['--prot'], dataDir })
  t.is(wrong.code, 1)
  t.regex(wrong.errors, /--prot/)
})

test('a wrong setting ends it by 1, named with its value and what is allowed', async (t) => {
  const { code, errors } = await run(t, 'src/main.ts', { dataDir: await folder(t), env: { PORT: 'eighty' } })
  t.is(code, 1)
  t.regex(errors, /PORT: "eighty" .* allowed: a whole number from 0 to 65535/)
})

test('a port in use ends it by 1 with what to do', async (t) => {
  const { url } = await startProduct(t, await folder(t), NEVER)
  const { port } = new URL(url)
  const { code, errors } = await run(t, 'src/main.ts', { dataDir: await folder(t), env: { PORT: port } })
  t.is(code, 1)
  t.regex(errors, new RegExp(`listen on 127.0.0.1:${port}: the port is in use; stop what listens there or set PORT`))
})

test('a data folder that cannot be made ends it by 1 with what to do', async (t) => {
  const file = join(await folder(t), 'file')
  writeFileSync(file, '')
  // The last ones are in a folder in which none can be made.
  for (const dataDir of [file, join(file, 'data'), '/proc/no/data']) {
    const { code, errors } = await run(t, 'src/main.ts', { dataDir })
    t.is(code, 1)
    t.regex(errors, /make the folder .*: it cannot be made here; set DATA_DIR to one that this user may write/)
  }
})

test('a data folder whose buffer is no buffer ends it by 1 and is left as it is', async (t) => {
  const dataDir = await folder(t)
  writeFileSync(join(dataDir, 'buffer.sqlite'), 'something else, and long enough to be no empty file'.repeat(99))
  const { code, errors } = await run(t, 'src/main.ts', { dataDir })
  t.is(code, 1)
  t.regex(errors, /open the buffer .*buffer\.sqlite/)
})

test('a second server of a data folder ends by 1 with what to do, and the first goes on', async (t) => {
  const dataDir = await folder(t)
  const first = await startProduct(t, dataDir, NEVER)
  const { code, output, errors } = await run(t, 'src/main.ts', { dataDir, env: NEVER })
  t.is(code, 1)
  const [, pid, ...others] = errors.split(/another server, PID (\d+) \(npm start\), receives/)
  t.true(Number(pid) > 0, errors)
  t.deepEqual(others, [' into it; stop that one, or set DATA_DIR and PORT to others for this one\n'])
  t.notRegex(output, /receiving webhooks/)
  t.is((await first.get('/health/live')).status, 200)
})

test('a server that is ending is waited for', async (t) => {
  const dataDir = await folder(t)
  const first = await startProduct(t, dataDir, NEVER)
  const second = start(t, 'src/main.ts', [], dataDir, NEVER)
  await second.said(/another server has the data folder/)
  first.kill('SIGTERM')
  await second.said(/receiving webhooks/)
  t.is((await first.ended).code, 0)
})

test('a server that still waits for a slow sender when it ends keeps no next one waiting, and begins nothing', async (t) => {
  const dataDir = await folder(t)
  const settings = { ...NEVER, EXPORTS: JSON.stringify([{ name: 'one', sql: 'SELECT 1', cron: '* * * * * *' }]) }
  const first = await startProduct(t, dataDir, settings)
  const { hostname, port, pathname } = new URL(first.url)
  const sender = connect(Number(port), hostname)
  t.teardown(() => sender.destroy())
  sender.on('error', () => {})
  sender.write(
    `POST ${pathname} HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n`,
  )
  // It has the request now, and waits for its body.
  await once(sender, 'data')
  const second = start(t, 'src/main.ts', [], dataDir, settings)
  await second.said(/another server has the data folder/)
  first.kill('SIGTERM')
  await second.said(/receiving webhooks/)
  await second.said(/(?:nothing to export.*){2}/s)
  sender.destroy()
  const { code, output } = await first.ended
  t.is(code, 0)
  t.notRegex(output, /"msg":"stopping.*nothing to export/s)
  t.regex(output, /"msg":"stopping/)
})

test('where a server was killed, the next one starts at once', async (t) => {
  const dataDir = await folder(t)
  for (const signal of ['SIGKILL', 'SIGKILL', 'SIGTERM'] as const) {
    const product = await startProduct(t, dataDir, NEVER)
    product.kill(signal)
    t.notRegex((await product.ended).output, /another server/)
  }
})
