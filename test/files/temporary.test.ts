import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import test from 'ava'
import { removeLeftovers, withTemporary } from '../../src/files/temporary.ts'

const TWO_DAYS_AGO = new Date(Date.now() - 2 * 86_400_000)

test('what a process is writing stays, unless it has not been written to for a day', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'temporary-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const clear = () => removeLeftovers(folder, (file) => file === 'a.csv')
  const other = `a.csv.${process.ppid}-0123abcd.tmp`
  await writeFile(join(folder, other), 'of a process that lives')
  await writeFile(join(folder, `a.csv.${process.pid}-0123abcd.tmp`), 'of this one, before it was started')
  await withTemporary(join(folder, 'a.csv'), async (temporary) => {
    await writeFile(temporary, 'of this one')
    await utimes(temporary, TWO_DAYS_AGO, TWO_DAYS_AGO)
    t.is(await clear(), 1)
    t.deepEqual((await readdir(folder)).toSorted(), [other, basename(temporary)].toSorted())
  })
  await utimes(join(folder, other), TWO_DAYS_AGO, TWO_DAYS_AGO)
  t.is(await clear(), 2)
  t.deepEqual(await readdir(folder), [])
})

test('a folder that is not there has nothing to remove', async (t) => {
  t.is(await removeLeftovers(join(tmpdir(), 'no-such-folder-here'), () => true), 0)
})
