/** Missing tables and columns are made, and nothing that a user added is dropped. For warehouses with SQL. */
import { forms } from '../../schemas/tables/catalog.ts'
import { respondentSegments } from '../../schemas/tables/responses.ts'
import { batchOf, column, row, rowsIn } from '../support/rows.ts'
import { type Make, unstopped, withWarehouse } from './with-warehouse.ts'

const form = (name: string) => row(forms, { form_uuid: name, name, project_uuid: 'p', row_version: '1' })

export function keepsSchema(kind: string, make: Make): void {
  withWarehouse(
    `${kind}: a missing table is made, and a missing column is null in old rows`,
    make,
    async (t, warehouse) => {
      const { destination, sql, tables } = warehouse
      if (sql === undefined) return t.pass()
      await destination.load(batchOf('a', { forms: [form('a')] }), unstopped())
      await destination.close()
      await sql('ALTER TABLE forms DROP COLUMN project_uuid')
      await sql('DROP TABLE respondent_segments')
      await destination.prepare()
      await destination.load(batchOf('b', { forms: [form('b')] }), unstopped())
      t.deepEqual(column(await tables(), forms, 'project_uuid'), [null, 'p'])
      return t.deepEqual(rowsIn(await tables(), respondentSegments), [])
    },
  )

  withWarehouse(`${kind}: a table and a column that a user added stay`, make, async (t, warehouse) => {
    const { destination, sql, addColumn } = warehouse
    if (sql === undefined || addColumn === undefined) return t.pass()
    await destination.load(batchOf('a', { forms: [form('a')] }), unstopped())
    await destination.close()
    for (const statement of addColumn('mine', 'kept')) await sql(statement)
    await sql('CREATE TABLE mine AS SELECT 1 AS one')
    await destination.prepare()
    const newer = row(forms, { form_uuid: 'a', name: 'new', row_version: '2' })
    await destination.load(batchOf('b', { forms: [newer] }), unstopped())
    await destination.close()
    t.deepEqual(await sql('SELECT name, mine FROM forms'), [['new', 'kept']])
    return t.deepEqual(await sql('SELECT one FROM mine'), [[1]])
  })
}
