/** What each of BigQuery's reasons is to someone who reads. */
import test from 'ava'
import { LATER, MEANINGS } from '../../src/destinations/bigquery/errors.ts'
import { openReader } from '../../src/destinations/bigquery/reader.ts'
import { READING_MEANINGS, readingError, statementError } from '../../src/destinations/bigquery/reading-errors.ts'
import { NotYetError, PermanentError, TransientError, wordsOf } from '../../src/errors.ts'
import { readingFrom } from '../support/bigquery/reading.ts'
import { listen } from '../support/listen.ts'

const reasons = Object.keys(MEANINGS)

test('every reason that a load knows has a meaning for readers, and says nothing of loads', (t) => {
  t.deepEqual(Object.keys(READING_MEANINGS).toSorted(), reasons.toSorted())
  for (const reason of reasons) {
    const { message } = readingError('list the tables', { reason, message: "near 'ada@example.com'" })
    t.regex(message, new RegExp(`^list the tables: .*[;,] .* \\(${reason}\\)$`))
    t.notRegex(message, /load|LOAD_|batch|merge|BIGQUERY_MODE|updates|15 minutes|ada/i)
  }
})

test('what may pass by itself says to try again, and what takes a person says what to do', (t) => {
  for (const reason of reasons) {
    const error = readingError('read', { reason })
    t.is(error instanceof TransientError, /try again/.test(error.message), reason)
  }
  const told = (reason: string) => readingError('read', { reason }).message
  t.regex(told('quotaExceeded'), /is used up; read less, raise it, or try again later/)
  t.regex(told('billingNotEnabled'), /turn billing on/)
  t.regex(told('bytesBilledLimitExceeded'), /more than BIGQUERY_MAX_BYTES_BILLED allows; read less, or raise it/)
  t.regex(told('accessDenied'), /may not read this; grant the roles/)
})

test('a quota that is used up is left alone for as long as by loads', (t) => {
  const error = readingError('read', { reason: 'quotaExceeded' })
  t.is(error instanceof TransientError && error.after, LATER)
})

test('a statement that is refused is told in the words of BigQuery, and anything else is not', (t) => {
  const words = 'Unrecognized name: nothing at [1:8]'
  for (const reason of ['invalidQuery', 'notFound', 'resourcesExceeded', 'responseTooLarge']) {
    const error = statementError('read the answer', { reason, message: words })
    t.true(error instanceof PermanentError)
    t.is(wordsOf(error), `read the answer: the statement cannot be run; BigQuery says why: ${words}`)
  }
  t.notRegex(wordsOf(statementError('read the answer', { reason: 'accessDenied', message: words })), /nothing/)
})

/** What a reader is told by a BigQuery that answers everything so. */
async function toldBy(t: Parameters<typeof listen>[0], status: number, body: string) {
  const endpoint = await listen(t, (_, response) => void response.writeHead(status).end(body))
  return t.throwsAsync(openReader(readingFrom(endpoint)))
}

test('what happens on the way is told to a reader as well', async (t) => {
  const words = async (status: number, body: string) => (await toldBy(t, status, body))?.message
  const errors = (reason: string, code = 403) => JSON.stringify({ error: { code, errors: [{ reason }] } })
  t.is(await words(503, ''), 'look up dataset refiner: BigQuery failed inside; try again (backendError)')
  t.is(
    await words(200, '"hello"'),
    'look up dataset refiner: something between here and BigQuery answered in its place; check the proxy, and try again (noAnswer)',
  )
  t.true((await toldBy(t, 404, errors('notFound', 404))) instanceof NotYetError, 'the first load makes it')
  t.regex((await words(403, errors('quotaExceeded'))) ?? '', /^look up dataset refiner: .* read less, raise it/)
})
