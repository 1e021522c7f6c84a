import { execFileSync } from 'node:child_process'
import { link, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { PermanentError } from '../../src/errors.ts'
import { checkTarget, type Target } from '../../src/exports/target.ts'
import { openBuffer } from '../../src/stores.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { configOf, folder } from '../support/process.ts'

/** What is wrong with it; undefined when nothing is. */
async function mistakeOf(t: ExecutionContext, path: string, target: Target): Promise<string | undefined> {
  const [result] = await Promise.allSettled([checkTarget(path, target)])
  if (result.status === 'fulfilled') return undefined
  t.true(result.reason instanceof PermanentError)
  return String(result.reason.message)
}

/** DATA_DIR, and a folder beside it. */
async function places(t: ExecutionContext) {
  const above = await folder(t)
  const [dataDir, beside] = [join(above, 'data'), join(above, 'beside')]
  await mkdir(dataDir)
  await mkdir(beside)
  return { above, dataDir, beside }
}

test("no file of the product's own is replaced, nor one made among them, by whatever way it is named", async (t) => {
  const { above, dataDir, beside } = await places(t)
  const [csv, warehouse] = [join(above, 'large-disk'), join(beside, 'warehouse')]
  await mkdir(csv)
  await symlink(csv, join(dataDir, 'csv'))
  await symlink(dataDir, join(above, 'link'))
  await writeFile(join(dataDir, 'notes'), '')
  await symlink(join(dataDir, 'notes'), join(beside, 'notes.csv'))
  await writeFile(warehouse, '')
  await symlink(warehouse, join(dataDir, 'warehouse.duckdb'))
  await mkdir(join(dataDir, 'exports'))
  await symlink(join(dataDir, 'notes'), join(dataDir, 'exports', 'to-notes.csv'))
  const own = [
    dataDir,
    `${dataDir}/`,
    join(dataDir, 'new.csv'),
    join(dataDir, 'new', 'new.csv'),
    join(dataDir, 'warehouse.duckdb'),
    join(dataDir, 'csv', 'users', 'new.csv'),
    join(csv, 'users', 'new.csv'),
    join(above, 'link', 'new', 'new.csv'),
    join(above, 'link', 'warehouse.duckdb'),
    join(beside, 'notes.csv'),
    join(dataDir, 'exports'),
    join(dataDir, 'exports', 'to-notes.csv'),
    `${dataDir}/exports/../buffer.sqlite`,
    `${beside}/../data/buffer.sqlite`,
  ]
  for (const named of [dataDir, join(above, 'link')]) {
    const wayOut = join(named, 'exports', 'nps.csv')
    for (const path of own) {
      t.is(
        await mistakeOf(t, path, { dataDir: named, kind: 'csv' }),
        `write ${path}: the product has its own files there; name one elsewhere, such as ${wayOut}`,
      )
    }
  }
})

test('a file of settings is not replaced', async (t) => {
  const { above, dataDir } = await places(t)
  for (const name of ['.env', '.env.production', '.ENV', '.Env.Local']) {
    const mistake = await mistakeOf(t, join(above, name), { dataDir, kind: 'csv' })
    t.regex(mistake ?? '', /it holds settings; name another file, such as nps.csv$/)
  }
  t.regex((await mistakeOf(t, join(above, 'refiner-warehouse.config.json'), { dataDir, kind: 'csv' })) ?? '', /\.csv$/)
})

test('a file of settings is not replaced by another name that the disk takes for it', async (t) => {
  const { above, dataDir } = await places(t)
  await writeFile(join(above, '.env'), 'WEBHOOK_SECRET=x')
  await writeFile(join(above, 'old.csv'), '')
  await link(join(above, '.env'), join(above, 'nps.csv'))
  t.regex((await mistakeOf(t, join(above, 'nps.csv'), { dataDir, kind: 'csv' })) ?? '', /it holds settings/)
  t.is(await mistakeOf(t, join(above, 'old.csv'), { dataDir, kind: 'csv' }), undefined)
})

test("the product's folder is known by another name that the disk takes for it", async (t) => {
  const { above, dataDir } = await places(t)
  // As the same folder in other case is, where case does not count.
  const other = join(above, 'DATA')
  await mkdir(other)
  try {
    execFileSync('mount', ['--bind', dataDir, other], { stdio: 'ignore' })
  } catch {
    t.log('not tested: a folder cannot be mounted under a second name here')
    return
  }
  try {
    await mkdir(join(dataDir, 'exports'))
    t.regex((await mistakeOf(t, join(other, 'new.csv'), { dataDir, kind: 'csv' })) ?? '', /has its own files there/)
    t.is(await mistakeOf(t, join(other, 'exports', 'new.csv'), { dataDir, kind: 'csv' }), undefined)
  } finally {
    execFileSync('umount', [other])
  }
})

test('exports have a folder of theirs in DATA_DIR, and all that is not there', async (t) => {
  const { above, dataDir, beside } = await places(t)
  await symlink(beside, join(dataDir, 'exports'))
  const paths = [
    join(dataDir, 'exports', 'a.csv'),
    join(beside, 'a.csv'),
    join(above, 'data.csv'),
    join(above, 'data2', 'a'),
  ]
  for (const path of paths) {
    for (const each of [dataDir, join(above, 'not-there')]) {
      t.is(await mistakeOf(t, path, { dataDir: each, kind: 'csv' }), undefined, path)
    }
  }
  t.is(
    await mistakeOf(t, join(above, 'none', 'exports', 'new', 'a.csv'), { dataDir: join(above, 'none'), kind: 'csv' }),
    undefined,
  )
})

test('a database is not replaced, wherever it is and whatever it is called', async (t) => {
  const { dataDir, beside } = await places(t)
  await openBuffer(configOf(beside)).close()
  const duckdb = join(beside, 'nps.csv')
  await withConnection(duckdb, (connection) => connection.run('CREATE TABLE many AS SELECT 1 AS one'))
  for (const path of [duckdb, join(beside, 'buffer.sqlite')]) {
    t.is(
      await mistakeOf(t, path, { dataDir, kind: 'csv' }),
      `write ${path}: it is a database of SQLite or DuckDB; name another file, or move that one away`,
    )
  }
  const old = join(beside, 'old.csv')
  for (const text of ['', 'DUCK', 'name\r\nDUCKs\r\n', 'SQLite format 3 is what he said']) {
    await writeFile(old, text)
    t.is(await mistakeOf(t, old, { dataDir, kind: 'csv' }), undefined, text)
  }
})

test('a name that promises another format is refused, with the way out', async (t) => {
  const { dataDir } = await places(t)
  const csv = { dataDir, kind: 'csv' } as const
  const html = { dataDir, kind: 'html' } as const
  t.is(await mistakeOf(t, 'out/t.XLSX', csv), 'write out/t.XLSX: it would be CSV all the same; name it out/t.csv')
  t.is(
    await mistakeOf(t, 't.csv.gz', csv),
    'write t.csv.gz: it would not be compressed; name it t.csv, or pipe it: --out - | gzip > t.csv.gz',
  )
  t.is(await mistakeOf(t, 't.zip', csv), 'write t.zip: it would not be compressed; name it t.csv, and compress that')
  t.is(
    await mistakeOf(t, 't.pdf', html),
    'write t.pdf: it would be HTML all the same; name it t.html, and print it from a browser',
  )
  for (const end of ['xls', 'ods', 'parquet', 'json', 'html'])
    t.regex((await mistakeOf(t, `t.${end}`, csv)) ?? '', /name it t\.csv$/)
  t.is(await mistakeOf(t, 't.csv', html), 'write t.csv: it would be HTML all the same; name it t.html')
  for (const path of ['t', 't.csv', 't.CSV', 't.tsv', 't.txt', '.gz', 'nps.2026', 'a.gz/t']) {
    t.is(await mistakeOf(t, path, csv), undefined, path)
  }
  for (const path of ['t', 't.html', 't.htm']) t.is(await mistakeOf(t, path, html), undefined, path)
})

test('a folder and an empty name are told as what they are', async (t) => {
  const { dataDir, beside } = await places(t)
  const csv = { dataDir, kind: 'csv' } as const
  for (const path of [`${beside}/new/`, beside, `${beside}/new/.`]) {
    const file = join(path, 'nps.csv')
    t.is(await mistakeOf(t, path, csv), `write ${path}: it names a folder; name a file in it, such as ${file}`)
  }
  t.is(await mistakeOf(t, '', csv), 'write to "": it is no name; name a file, or - for standard output')
})
