/** The webhook that docs/operations.md sends by hand, sent as the page says. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import test from 'ava'
import { folder, NEVER, run, startProduct } from '../support/process.ts'

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
const [, section = ''] = /^## Send one by hand\n(.*?)^## /ms.exec(page) ?? []
/** What is indented, block by block. */
const [curl = '', answer = '', commands = '', table = ''] = Array.from(
  section.matchAll(/(?:^ {4}.*\n)+/gm),
  ([block]) => block.replaceAll(/^ {4}/gm, '').trim(),
)

/** What a shell gives to `curl`, which need not be installed here. */
function argumentsOf(command: string): string[] {
  const instead = 'curl() { for each in "$@"; do printf \'%s\\0\' "$each"; done; }'
  return execFileSync('sh', ['-c', `${instead}\n${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)
}

test('the webhook that is sent by hand gets the answer that is shown, and is loaded as the rows that are shown', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, NEVER)
  const [url = '', option, body = '', ...more] = argumentsOf(curl)
  t.is(new URL(url).pathname, new URL(product.url).pathname)
  t.deepEqual([option, more], ['-d', []])
  t.deepEqual(await product.post(body), { status: 202, body: answer })
  t.deepEqual(await product.post(body), { status: 202, body: answer.replace('accepted', 'duplicate') })

  const [, load, sql = ''] = /^npm run (load)\nnpm run query -- "(.*)"$/.exec(commands) ?? []
  t.is((await run(t, `scripts/${load}.ts`, { dataDir })).code, 0)
  const { output } = await run(t, 'scripts/query.ts', { args: [sql], dataDir })
  t.is(output, `${table}\n\n2 rows\n`)
})
