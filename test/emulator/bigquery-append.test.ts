/** BigQuery without billing, on a real SQL engine: rows are only appended, and the views end in the same tables as everywhere. */
import type { Dataset, Table, TableMetadata } from '@google-cloud/bigquery'
import test, { type ExecutionContext } from 'ava'
import { forms } from '../../schemas/tables/catalog.ts'
import { check, type Finding } from '../../src/destinations/bigquery/checks.ts'
import type { BigqueryOptions } from '../../src/destinations/bigquery/options.ts'
import { lastInBigquery } from '../../src/destinations/bigquery/resync.ts'
import { columnsOf, fieldsIn } from '../../src/destinations/bigquery/schema.ts'
import { PermanentError } from '../../src/errors.ts'
import { conforms } from '../destinations/conformance.ts'
import { endsAlikeInAnyOrder } from '../destinations/conformance-order.ts'
import { endsAsEveryOther } from '../destinations/conformance-parity.ts'
import { bigqueryAppendWarehouse, bigqueryWarehouseIn } from '../support/bigquery-warehouse.ts'
import { batchOf, column, row, withoutLoads } from '../support/rows.ts'
import { emptyDataset, emulated, emulatorClient, newName, RUNS, upload } from './with-emulator.ts'

conforms('bigquery append', bigqueryAppendWarehouse, RUNS)
endsAlikeInAnyOrder('bigquery append', bigqueryAppendWarehouse, RUNS)
endsAsEveryOther('bigquery append', bigqueryAppendWarehouse)

/** A dataset in append mode, for one test. */
async function filled(t: ExecutionContext) {
  const name = newName()
  const warehouse = await bigqueryWarehouseIn(name, 'append')
  t.teardown(warehouse.remove)
  return { name, dataset: emulatorClient().dataset(name), ...warehouse }
}

const form = (name: string, version: string) => row(forms, { form_uuid: name, name, row_version: version })
const unstopped = () => ({ signal: new AbortController().signal })

test.serial('views have descriptions as tables have them, and a view that someone changed is put right', async (t) => {
  const { dataset, destination, tables } = await filled(t)
  const view = dataset.table(forms.name)
  const made = await metadataOf(view)
  t.is(made.type, 'VIEW')
  t.is(made.description, forms.description)
  const found = fieldsIn(made).map(({ name, description }) => [name, description])
  t.deepEqual(
    found,
    columnsOf(forms).map(([name, { description }]) => [name, description]),
  )

  await destination.close()
  await destination.prepare()
  t.is((await metadataOf(view)).etag, made.etag)

  await view.setMetadata({ view: { query: 'SELECT 1 AS form_uuid', useLegacySql: false } })
  await destination.close()
  await destination.load(batchOf('a', { forms: [form('f', '1')] }), unstopped())
  t.deepEqual(column(await tables(), forms, 'name'), ['f'])
  t.deepEqual(fieldsIn(await metadataOf(view)), fieldsIn(made))
})

test.serial('rows of a batch that is not in loads do not count, whoever brought them', async (t) => {
  const { dataset, destination, tables } = await filled(t)
  await destination.load(batchOf('a', { forms: [form('f', '1')] }), unstopped())
  for (const line of [
    { form_uuid: 'stray', upload: 'b-00000000' },
    { form_uuid: 'other', upload: 'a-00000000' },
  ]) {
    const cells = { event_id: 'e', row_version: '9', ...line }
    await upload(dataset.table('forms_rows'), [JSON.stringify(cells)], { writeDisposition: 'WRITE_APPEND' })
  }
  t.deepEqual(column(await tables(), forms, 'form_uuid'), ['f'])
})

test.serial('tables that were dropped are made again, and a batch fills them again', async (t) => {
  const { dataset, destination, tables } = await filled(t)
  const batch = batchOf('a', { forms: [form('f', '1')] })
  await destination.load(batch, unstopped())
  const before = withoutLoads(await tables())
  for (const name of ['loads_rows', 'forms_rows', 'forms']) await dataset.table(name).delete()
  await destination.close()
  await destination.prepare()
  t.deepEqual(column(await tables(), forms, 'name'), [])
  await destination.load(batch, unstopped())
  t.deepEqual(withoutLoads(await tables()), before)
})

test.serial(
  'a dataset made in one mode is refused in the other before anything is made, with the way out',
  async (t) => {
    const { name, dataset } = await filled(t)
    const before = await tableNames(dataset)
    const appended = await t.throwsAsync(bigqueryWarehouseIn(name, 'merge'), { instanceOf: PermanentError })
    t.regex(
      appended?.message ?? '',
      // In the sandbox datasets let tables expire, and merge mode looks at that first.
      /is a view, as .* BIGQUERY_MODE=append; set that again, or .* BIGQUERY_DATASET, and .*resync|expire by default/,
    )
    t.deepEqual(await tableNames(dataset), before)
    t.false((await emulatorClient().dataset(`${name}_staging`).exists())[0])

    const other = await emptyDataset(t)
    await other.createTable('loads', { schema: [{ name: 'batch_id', type: 'STRING' }] })
    const merged = await t.throwsAsync(bigqueryWarehouseIn(other.id ?? '', 'append'), { instanceOf: PermanentError })
    t.regex(merged?.message ?? '', /is a table, as .* BIGQUERY_MODE=merge; set that again/)
    t.deepEqual(await tableNames(other), ['loads'])
  },
)

test.serial('setup tries a load and a query, and a batch is asked for in loads', async (t) => {
  const { name, destination } = await filled(t)
  const options: BigqueryOptions = {
    ...emulated(),
    mode: 'append',
    dataset: name,
    stagingDataset: `${name}_staging`,
    location: undefined,
    labels: {},
    maxBytesBilled: undefined,
  }
  const findings: Finding[] = []
  for await (const finding of check(options, { make: false })) findings.push(finding)
  t.deepEqual(
    findings.filter(({ verdict }) => verdict !== 'ok'),
    [],
  )
  t.true(findings.some(({ what, said }) => what === 'a query' && said === 'it read 1 row'))

  await destination.load(batchOf('a', {}), unstopped())
  t.deepEqual([await lastInBigquery(options, 'a'), await lastInBigquery(options, 'b')], ['a', ''])
  t.false((await emulatorClient().dataset(options.stagingDataset).exists())[0])
})

async function tableNames(dataset: Dataset): Promise<string[]> {
  const [found] = await dataset.getTables()
  return found.map(({ id }) => id ?? '').toSorted((one, other) => (one < other ? -1 : 1))
}

async function metadataOf(table: Table): Promise<TableMetadata> {
  const [metadata]: [TableMetadata, ...unknown[]] = await table.getMetadata()
  return metadata
}
