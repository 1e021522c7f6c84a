/** The views of append mode, as the grammar of BigQuery's dialect reads them. What they tell is tested on the emulator. */
import test from 'ava'
import { cstVisitor, parse } from 'sql-parser-cst'
import { loads } from '../../schemas/tables/log.ts'
import { tables } from '../../schemas/tables.ts'
import { rowsTable, viewQuery } from '../../src/destinations/bigquery/fold.ts'

const pathTo = (table: string) => ({ project: 'my-project', dataset: 'refiner', table })

/** The tables that a query reads, each once. */
function readBy(sql: string): string[] {
  const names = new Set<string>()
  const program = parse(sql, { dialect: 'bigquery', includeRange: true })
  const visit = cstVisitor({
    member_expr: ({ range = [0, 0] }) => {
      const [project, , table] = sql.slice(...range).split('.')
      if (project === '`my-project`' && table !== undefined) names.add(table.replaceAll('`', ''))
    },
  })
  visit(program)
  return [...names].toSorted()
}

for (const table of tables) {
  test(`the view ${table.name} parses, and reads its rows, its owner's, and which batches count`, (t) => {
    const sql = viewQuery(table, pathTo)
    t.is(parse(sql, { dialect: 'bigquery' }).statements.length, 1)
    const read = new Set([rowsTable(table).name, rowsTable(loads).name])
    if (table.owner) read.add(`${table.owner.table}_rows`)
    t.deepEqual(readBy(sql), [...read].toSorted())
  })
}
