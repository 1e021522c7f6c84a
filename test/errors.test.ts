import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { ConfigError } from '../src/config.ts'
import { PermanentError, reasonOf, TransientError, wordsOf } from '../src/errors.ts'

/** Someone's, and nobody is to read it in a log. */
const DATUM = 'ann.marked@example.com'

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

test('our own words are told, with those of causes that are ours or of the operating system', (t) => {
  const cause = thrownBy(() => readFileSync('/no/such/file'))
  t.is(
    reasonOf(new TransientError('write x: the disk is full', { cause })),
    "write x: the disk is full: ENOENT: no such file or directory, open '/no/such/file'",
  )
  t.is(reasonOf(new PermanentError('a', { cause: new ConfigError('b') })), 'a: b')
})

test('of a cause that is not ours nothing is told, and at a terminal all of it', (t) => {
  const error = new PermanentError('load into w: report it as a bug', { cause: new Error(`Conversion: ${DATUM}`) })
  t.is(reasonOf(error), 'load into w: report it as a bug')
  t.true(wordsOf(error).includes(DATUM))
})

test('of an error that is not ours the kind and the place are told, and no word of it', (t) => {
  const place = /^an unexpected TypeError at test\/errors\.test\.ts:\d+:\d+$/
  t.regex(reasonOf(new TypeError(DATUM)), place)
  // Its lines look like places of a stack.
  t.regex(reasonOf(new TypeError(`x\n    at ${DATUM} (src/a.ts:1:1)\n    at src/${DATUM}:1:1`)), place)
  const renamed = Object.assign(new Error(DATUM), { name: DATUM, code: DATUM })
  t.regex(reasonOf(renamed), /^an unexpected Error at test/)
  const changed = new Error('x')
  changed.message = DATUM
  for (const thrown of [changed, DATUM, { message: DATUM }, undefined]) t.false(reasonOf(thrown).includes(DATUM))
})

for (const [what, work] of Object.entries({
  'a parser of JSON': () => JSON.parse(`{"email": x${DATUM}}`),
  'a constraint of SQLite': () => {
    const db = new DatabaseSync(':memory:')
    db.exec(`CREATE TABLE t (a TEXT CONSTRAINT "${DATUM}" CHECK (a = ''))`)
    db.exec(`INSERT INTO t VALUES ('${DATUM}')`)
  },
  'a statement of SQLite': () => new DatabaseSync(':memory:').exec(`SELECT "${DATUM}"()`),
  'an argument of Node': () => readFileSync('/', { encoding: Object(DATUM) }),
  'a URL': () => new URL(DATUM),
})) {
  test(`what ${what} chokes on is quoted in no reason`, (t) => {
    const error = thrownBy(work)
    t.true(error instanceof Error)
    t.false(reasonOf(error).includes(DATUM), reasonOf(error))
  })
}

test('what SQLite says of its result code is told', (t) => {
  const db = new DatabaseSync(':memory:')
  db.exec('CREATE TABLE t (a TEXT PRIMARY KEY)')
  const insert = () => db.exec("INSERT INTO t VALUES ('x')")
  insert()
  t.is(reasonOf(thrownBy(insert)), 'constraint failed')
})

test('our own words stay ours when they come from another thread', async (t) => {
  const url = new URL('../src/errors.ts', import.meta.url).href
  const code = `import(${JSON.stringify(url)}).then(({ TransientError }) => { throw new TransientError('store it: put it back') })`
  const worker = new Worker(code, { eval: true })
  const [error] = await once(worker, 'error').catch((thrown: unknown) => [thrown])
  t.is(reasonOf(error), 'store it: put it back')
})
