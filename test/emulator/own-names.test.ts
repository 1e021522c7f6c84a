/** Tables of the user's own, with names that only quotes hold, are listed, counted and exported whole. */
import test from 'ava'
import { bigquerySource } from '../../src/destinations/bigquery/source.ts'
import { listExportable } from '../../src/exports/catalog.ts'
import { asked, csvOf } from './both.ts'
import { ask, emptyDataset, emulated } from './with-emulator.ts'

// Letters of other languages in names of tables, which BigQuery takes, the emulator refuses.
test.serial(
  'columns with spaces, signs and letters of any language, and tables with dashes, are read as any other',
  async (t) => {
    const dataset = await emptyDataset(t)
    await ask(
      dataset,
      "CREATE TABLE `my-table` AS SELECT 1 AS id, 'good' AS `Product fit`, 'L' AS `größe`, 2 AS `select`, 3 AS `2nd % = 'x' > #1`",
    )
    const source = () =>
      bigquerySource({
        ...emulated(),
        dataset: dataset.id ?? '',
        location: undefined,
        labels: {},
        maxBytesBilled: undefined,
      })
    t.deepEqual(await csvOf(source(), { table: 'MY-table' }), [
      "id,Product fit,größe,select,2nd % = 'x' > #1",
      '',
      '1,good,L,2,3',
    ])
    t.deepEqual(await csvOf(source(), { table: 'my-table', columns: 'Größe,product fit' }), [
      'größe,Product fit',
      '',
      'L,good',
    ])
    const listed = await asked(source(), (each) => listExportable(each, new AbortController().signal))
    t.deepEqual(
      listed.map(({ name, rows }) => [name, rows]),
      [['my-table', 1]],
    )
  },
)
