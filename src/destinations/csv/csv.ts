/**
 * Immutable batch files for other systems to pick up: `<directory>/<table>/<batch id>.csv`, a change log in append mode.
 * The batch's file in `loads` comes last and is its manifest: a batch that has it is complete and is never written
 * again; one without it is none, and is written again under the same names.
 */
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { LoadRecord } from '../../../schemas/records.ts'
import { type Row, rowOf, type Table } from '../../../schemas/spec.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { tables } from '../../../schemas/tables.ts'
import { grant } from '../../files/mode.ts'
import { removeLeftovers } from '../../files/temporary.ts'
import { makeFolder, makeFoldersIn, readIfThere, remove, syncFolder, writeWhole } from '../../files/whole.ts'
import type { RowBatch } from '../../flatten/rows.ts'
import { batchTables, loadRecord, now, readLoadRecord, rowsOf } from '../batch.ts'
import { RECORD_DELIMITER } from '../csv-format.ts'
import type { Destination } from '../destination.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { viewsScript } from './fold.ts'

export interface CsvOptions {
  readonly directory: string
  /** Puts an apostrophe before texts that a spreadsheet would take for a formula. The files then differ from the data. */
  readonly formulaGuard: boolean
  /** Who may read the folders, as the mode of files in them: what they lack of that is added. Left out: whoever the process lets. */
  readonly mode?: number
}

/** Header-only, in each folder: names the columns before the first row comes, and gives the views a file to read. */
const HEADER_FILE = 'columns.csv'
const VIEWS_FILE = 'views.sql'
const never = new AbortController().signal

/** Errors are Transient where the disk may recover (full, failing, busy) and Permanent where a person has to act. */
export function csvDestination({ directory, formulaGuard, mode }: CsvOptions): Destination {
  const name = 'csv'
  const root = resolve(directory)
  const fileOf = (table: Table, batch: string) => join(root, table.name, `${batch}.csv`)
  let prepared = false

  const write = async (table: Table, batch: string, rows: readonly Row[], signal: AbortSignal) => {
    await writeWhole(fileOf(table, batch), encode(table, rows, formulaGuard), signal)
    await syncFolder(join(root, table.name))
  }

  return {
    name,
    async prepare() {
      if (!prepared) await prepareFolders(root, mode)
      prepared = true
    },
    async load(batch, { signal }) {
      try {
        return await loadOnce(batch, signal)
      } catch (error) {
        prepared = false
        throw error
      }
    },
    async withdraw(batch) {
      const known = await findLoad(batch)
      // What an unfinished load left would stay under a name that does not come again.
      if (known === undefined) for (const table of batchTables) await remove(fileOf(table, batch))
      return known
    },
    async close() {
      prepared = false
    },
  }

  async function findLoad(batch: string): Promise<LoadRecord | undefined> {
    const known = await readIfThere(fileOf(loads, batch))
    if (known === undefined) return undefined
    // A crash may have come between its rename and the sync of the folder.
    await syncFolder(join(root, loads.name))
    return readManifest(known, batch)
  }

  async function loadOnce(batch: RowBatch, signal: AbortSignal): Promise<LoadRecord> {
    signal.throwIfAborted()
    const known = await findLoad(batch.id)
    if (known !== undefined) return known
    const startedAt = now()
    for (const table of batchTables) {
      signal.throwIfAborted()
      const rows = rowsOf(batch, table)
      if (rows.length > 0) await write(table, batch.id, rows, signal)
      // What an unfinished load of another version may have left.
      else await remove(fileOf(table, batch.id))
    }
    signal.throwIfAborted()
    const record = loadRecord(name, batch, startedAt)
    await write(loads, batch.id, [rowOf(loads, record)], never)
    return record
  }
}

async function prepareFolders(root: string, mode?: number): Promise<void> {
  await makeFolder(root)
  await removeLeftovers(root, (name) => name === VIEWS_FILE)
  const names = tables.map(({ name }) => name)
  await makeFoldersIn(root, names)
  if (mode !== undefined) for (const name of ['', ...names]) grant(join(root, name), mode)
  for (const table of tables) {
    await writeIfChanged(join(root, table.name, HEADER_FILE), await text(encode(table, [], false)))
  }
  await writeIfChanged(join(root, VIEWS_FILE), viewsScript(root))
}

async function writeIfChanged(path: string, content: string): Promise<void> {
  if ((await readIfThere(path)) !== content) await writeWhole(path, Readable.from([content]), never)
}

async function text(content: Readable): Promise<string> {
  let all = ''
  for await (const piece of content) all += String(piece)
  return all
}

/** @returns undefined for one that is damaged: a batch without one is written again, as it was */
function readManifest(csv: string, batch: string): LoadRecord | undefined {
  if (!csv.endsWith(RECORD_DELIMITER)) return undefined
  try {
    const [header = [], row = []] = decode(csv)
    const record = readLoadRecord(Object.fromEntries(header.map((column, at) => [String(column), row[at] ?? null])))
    return record.batchId === batch ? record : undefined
  } catch {
    return undefined
  }
}
