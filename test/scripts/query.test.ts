import { dirname } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { event } from '../support/flattening.ts'
import { run } from '../support/process.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

/** Asks a warehouse with two responses. */
async function asked(t: ExecutionContext) {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(event({ remote_id: 'a' }, { uuid: 'r1' }), event({ remote_id: 'b' }, { uuid: 'r2' }))
  const dataDir = dirname(warehouse.path)
  return (...args: string[]) => run(t, 'scripts/query.ts', { args, dataDir })
}

test('into a pipe an answer is a table, however wide it is, and says how many rows there are', async (t) => {
  const query = await asked(t)
  const one = await query("SELECT repeat('x', 500) AS text, '' AS more")
  t.is(one.output, `text${' '.repeat(496)}  more\n${'-'.repeat(500)}  ----\n${'x'.repeat(500)}\n\n1 row\n`)
  t.regex((await query('SELECT response_uuid FROM responses')).output, /\n\n2 rows\n$/)
})

test('what the limit leaves out is told, of one row and of several', async (t) => {
  const query = await asked(t)
  const { output } = await query('SELECT response_uuid FROM responses', '--limit', '1')
  t.regex(output, /\n\nThe first row; there are more\. --limit prints more of them, .*export-csv -- --sql/)
  t.regex((await query('SELECT range FROM range(9)', '--limit', '2')).output, /\n\nThe first 2 rows; there are more\./)
})
