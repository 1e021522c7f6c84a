/** Everything that is sent as SQL, in loads, checks and resyncs of both modes, as the grammar of BigQuery's dialect reads it. */
import test from 'ava'
import { parse } from 'sql-parser-cst'
import { check } from '../../src/destinations/bigquery/checks.ts'
import { letFollow } from '../../src/destinations/bigquery/resync.ts'
import { textAt } from '../support/bigquery/answers.ts'
import {
  asked,
  destinationOn,
  fakeFor,
  idOf,
  loadsExactly,
  numbered,
  optionsOn,
  unstopped,
} from '../support/bigquery/loading.ts'

for (const mode of ['merge', 'append'] as const) {
  test(`each statement of ${mode} mode parses, whoever sends it`, async (t) => {
    const fake = await fakeFor(t)
    const options = optionsOn(fake, { mode })
    for await (const { verdict, said } of check(options, { make: true })) t.not(verdict, 'fail', said)
    const record = await destinationOn(fake, { mode }).load(numbered(1), unstopped())
    await letFollow(options, idOf(2), record)
    // Twice: what was loaded before is asked for.
    for (const _ of [1, 2]) await loadsExactly(t, fake, 2, mode)

    const sent = asked(fake, 'query', 'state insert', 'merge insert').map(({ body }) => JSON.parse(body.toString()))
    t.true(sent.length >= (mode === 'merge' ? 5 : 2))
    for (const each of sent)
      t.true(fake.world.statements.has(textAt(each, 'query') || textAt(each, 'configuration', 'query', 'query')))
    for (const sql of fake.world.statements) t.notThrows(() => parse(sql, { dialect: 'bigquery' }), sql.slice(0, 200))
  })
}
