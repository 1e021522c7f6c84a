/** The views of generated events: executed by GoogleSQL's reference engine, and by DuckDB. */
import test from 'ava'
import { tables } from '../../schemas/tables.ts'
import { hostileEvents } from '../support/hostile-surveys.ts'
import { bothWith, type Events, sameCells } from './both.ts'
import { startGooglesql } from './engine/googlesql.ts'
import { identities, inBatches, livedThrough, NAMED, oddScores, SCALED, samples, ZONED } from './sent/traffic.ts'

const googlesql = await startGooglesql(console.log)
test.after.always(googlesql.stop)

/** A request has the rows of what a view reads, and 4 MiB at most. `least`: cells that are compared. */
const EVENTS: Readonly<Record<string, () => Omit<Events, 'mode'> & { least: number }>> = {
  'sample traffic': () => ({ batches: inBatches(samples(400), 200), least: 5000 }),
  'sample traffic in a time zone': () => ({ batches: inBatches(samples(200), 200), settings: ZONED, least: 2000 }),
  'surveys that name everything unkindly': () => ({
    batches: inBatches(hostileEvents(), 28),
    settings: NAMED,
    least: 2000,
  }),
  'odd answers to scores': () => ({ batches: inBatches(oddScores(), 40), least: 500 }),
  'odd answers to scores with scales': () => ({ batches: inBatches(oddScores(), 40), settings: SCALED, least: 500 }),
  'identities and misfits': () => ({ batches: inBatches(identities(), 40), least: 500 }),
  'surveys that are lived through': () => ({ batches: livedThrough(25), least: 100 }),
}

for (const [title, events] of Object.entries(EVENTS)) {
  test.serial(`every view of ${title} has the same columns and cells as in DuckDB`, async (t) => {
    const { least, ...given } = events()
    const both = await bothWith(t, googlesql, { ...given, mode: 'merge' })
    t.deepEqual([...both.views.keys()].toSorted(), await both.duckdb.views())
    t.true((await sameCells(t, both)) >= least)
  })

  test.serial(
    `in append mode every table and view of ${title} has the same columns and cells as in DuckDB`,
    async (t) => {
      const { least, ...given } = events()
      const both = await bothWith(t, googlesql, { ...given, mode: 'append' })
      for (const { name } of tables) t.true(both.views.has(name), name)
      // The tables as well.
      t.true((await sameCells(t, both)) >= 3 * least)
    },
  )
}
