import { once } from 'node:events'
import test from 'ava'
import { leaveOutWarnings } from '../../src/destinations/bigquery/quiet.ts'

test("a warning of Google's client stays out of the output, and any other does not", async (t) => {
  leaveOutWarnings()
  leaveOutWarnings()
  const first = once(process, 'warning')
  process.emitWarning('received unexpected error = All promises were rejected', 'MetadataLookupWarning')
  process.emitWarning('of someone else', 'OtherWarning')
  const [warning] = await first
  t.like(warning, { name: 'OtherWarning', message: 'of someone else' })
})
