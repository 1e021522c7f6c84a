/** Append mode: every step of a load under every fault. Afterwards the views tell what they have to, and each batch counts once. */
import test from 'ava'
import { ANYWHERE, BUG, but, type Case, JOB, LOOKUP, metEverywhere, PLACE, suffers } from './bigquery-fault-cases.ts'

const GONE = /^load batch pipe-\S+ into refiner: what was loaded before is not there; .*resync/

const CASES: readonly Case[] = [
  { step: 'dataset get', load: 'first', rows: LOOKUP },
  { step: 'dataset insert', load: 'first', rows: [...ANYWHERE, ['known id', 'through'], ['not found', PLACE]] },
  // Of the tables of rows, and of the views over them.
  { step: 'table get', load: 'first', after: 5, rows: ANYWHERE },
  { step: 'table get', load: 'later', after: 45, rows: ANYWHERE },
  { step: 'table insert', load: 'first', rows: [...ANYWHERE, ['known id', 'through'], ['not found', 'again']] },
  {
    step: 'table insert',
    load: 'first',
    after: 25,
    rows: [...ANYWHERE, ['known id', 'through'], ['not found', 'again']],
  },
  { step: 'table patch', load: 'first', rows: [...ANYWHERE, ['another change', 'again'], ['not found', 'again']] },
  { step: 'upload', load: 'first', rows: [...JOB, ['done with invalid', BUG], ['not found', 'again']] },
  { step: 'upload', load: 'later', after: 2, rows: JOB },
  // The row in loads, which goes last.
  { step: 'upload', load: 'later', after: 4, rows: [...JOB, ['done with invalid', BUG], ['not found', 'again']] },
  // Whether the batch is there, and whether the one before it is; whoever may not look takes it for there.
  { step: 'job get', load: 'later', rows: LOOKUP },
  { step: 'job get', load: 'later', after: 1, rows: [...but(ANYWHERE, [['reject', 'through']]), ['not found', GONE]] },
  { step: 'job get', load: 'later', after: 2, rows: LOOKUP },
  { step: 'job get', load: 'later', after: 7, rows: [...ANYWHERE, ['not found', 'again']] },
  { step: 'query', load: 'repeated', rows: [...ANYWHERE, ['not found', 'again']] },
]

suffers('append', CASES)

test('every step of a load is in the table, in each way that it can fail', (t) => {
  metEverywhere(t, CASES, ['table delete', 'rows list', 'state insert', 'merge insert'])
})
