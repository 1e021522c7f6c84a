import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { fileName } from '../../src/exports/name.ts'
import { withTemporary } from '../../src/files/temporary.ts'
import { folder } from '../support/process.ts'

const LONG = ['a'.repeat(240), 'a'.repeat(1000), '\u00fc'.repeat(300), '\u{1F600}'.repeat(300)]

test('a file is called like what it holds', (t) => {
  t.is(fileName('nps_by_month'), 'nps_by_month.csv')
  t.is(fileName('a'.repeat(228)), `${'a'.repeat(228)}.csv`)
})

test('a long name is cut so that a disk takes it, also while it is written', async (t) => {
  const path = await folder(t)
  for (const name of LONG) {
    await withTemporary(join(path, fileName(name)), (temporary) => writeFile(temporary, ''))
    t.true(fileName(name).startsWith(name.slice(0, 100)))
    t.true(fileName(name).isWellFormed())
  }
})

test('long names that begin alike stay apart', (t) => {
  t.not(fileName(`${LONG[1]}1`), fileName(`${LONG[1]}2`))
})

test('a name leads into no other folder', (t) => {
  t.is(fileName('../data/b\\c'), '.._data_b_c.csv')
})
