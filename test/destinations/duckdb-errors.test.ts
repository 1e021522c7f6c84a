/** Texts as DuckDB 1.5 words them, and what is made of them. */
import test from 'ava'
import { duckdbError } from '../../src/destinations/duckdb/errors.ts'
import { HeldError, PermanentError, reasonOf, TransientError } from '../../src/errors.ts'

const PASSING: Readonly<Record<string, RegExp>> = {
  'IO Error: Could not set lock on file "/d/w.duckdb": Conflicting lock is held in /usr/bin/node (PID 4826). See also …':
    /another process holds it \(\/usr\/bin\/node, PID 4826\); close it there/,
  'TransactionContext Error: Failed to commit: Could not write file "/d/w.duckdb.wal": No space left on device':
    /the disk is full/,
  'FATAL Error: Transaction COMMIT succeeded and is durable, but the autocheckpoint failed. … No space left on device':
    /the batch is safe/,
  'FATAL Error: Failed to create checkpoint because of error: Could not write file "/d/w.duckdb": No space left on device':
    /the disk is full/,
  'FATAL Error: Failed: database has been invalidated because of a previous fatal error': /opened again/,
  'Out of Memory Error: could not allocate block of size 256.0 KiB (190.7 MiB/190.7 MiB used)': /more memory/,
  'TransactionContext Error: Failed to commit: failed to pin block of size 256.0 KiB (39.7 MiB/40.0 MiB used)':
    /more memory/,
  'IO Error: Cannot open file "/d/w.duckdb": No such file or directory': /made again/,
  'IO Error: Could not read from file "/d/w.duckdb": Input/output error': /fails to read or write/,
}

const LASTING: Readonly<Record<string, RegExp>> = {
  'IO Error: The file "/d/w.duckdb" exists, but it is not a valid DuckDB database file!': /move it away/,
  'IO Error: Cannot open file "/d/w.duckdb": Permission denied': /give it the right/,
  'IO Error: Trying to read a database file with version number 99': /upgrade/,
  'Constraint Error: NOT NULL constraint failed: users.user_uuid': /not expected/,
}

for (const [text, told] of Object.entries(PASSING)) {
  test(`it passes by itself: ${text.slice(0, 100)}`, (t) => {
    const error = duckdbError('load into', '/d/w.duckdb', new Error(text))
    t.true(error instanceof TransientError)
    t.regex(error.message, told)
    t.regex(error.message, /^load into \/d\/w\.duckdb: .*loading goes on by itself$/)
  })
}

for (const [text, told] of Object.entries(LASTING)) {
  test(`a person has to act: ${text.slice(0, 100)}`, (t) => {
    const error = duckdbError('load into', '/d/w.duckdb', new Error(text))
    t.true(error instanceof PermanentError)
    t.regex(error.message, told)
  })
}

test('of an error that nobody expected only the kind is told on, as its words may quote an answer', (t) => {
  const text = 'Constraint Error: Duplicate key "email: ada@example.com" violates unique constraint.'
  const error = duckdbError('load into', '/d/w.duckdb', new Error(text))
  t.true(error instanceof PermanentError)
  t.regex(reasonOf(error), /^load into \/d\/w\.duckdb: Constraint Error: this was not expected/)
  t.notRegex(reasonOf(error), /ada/)
})

test("a statement of someone's own is wrong, and nothing else, whatever it or the data says", (t) => {
  for (const text of [
    'Binder Error: Referenced column "corrupt" not found in FROM clause!\nLINE 1: select corrupt from responses',
    "Conversion Error: Could not convert string 'checksum, IO Error' to INT32",
    'Parser Error: syntax error at or near "Permission denied"',
  ]) {
    const error = duckdbError('read', '/d/w.duckdb', new Error(text), 'the statement cannot be run')
    t.true(error instanceof PermanentError)
    t.is(error.message, 'read /d/w.duckdb: the statement cannot be run')
  }
})

test('a file that is held tells who is waited for, where DuckDB does', (t) => {
  const lock = 'IO Error: Could not set lock on file "/d/w.duckdb": '
  const waitsFor = (message: string) => {
    const error = duckdbError('open', '/d/w.duckdb', new Error(message))
    return error instanceof HeldError ? error.waitsFor : undefined
  }
  t.is(
    waitsFor(`${lock}Conflicting lock is held in /usr/bin/python3 (PID 4787). See also https://duckdb.org`),
    'PID 4787 (python3) to close /d/w.duckdb',
  )
  t.is(waitsFor(`${lock}Resource temporarily unavailable`), 'another process to close /d/w.duckdb')
  t.is(waitsFor('IO Error: Could not read file'), undefined)
})
