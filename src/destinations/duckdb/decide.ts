/** Which rows a batch changes, and to what: the merge rules over what is there and what comes. */
import type { Row, Table } from '../../../schemas/spec.ts'
import { isLog, keyOf, mergeRows, versionOf } from '../merge.ts'
import { columnsOf } from './cells.ts'
import { type Current, readColumns } from './current.ts'

/** The rows that go and the rows that come. */
export interface Change {
  readonly gone: readonly number[]
  readonly come: readonly Row[]
}

/** A row of which the batch replaces a part. */
interface Meeting {
  readonly before: Current
  readonly next: Row
}

/** Reads some columns of some rows, which were not read before. */
type Read = (columns: readonly string[], rowids: readonly number[]) => Promise<Current[]>

export async function decide(
  table: Table,
  rows: readonly Row[],
  current: ReadonlyMap<string, Current>,
  read: Read,
): Promise<Change> {
  const gone: number[] = []
  const come: Row[] = []
  const meetings: Meeting[] = []
  const { versions, onlyVersions } = rulesOf(table)
  for (const next of rows) {
    const before = current.get(keyOf(table, next))
    if (before === undefined) come.push(next)
    else if (!isLog(table)) {
      const wins = winsOf(table, versions, before.row, next).size
      if (onlyVersions && wins === 0) continue
      if (!onlyVersions || wins < versions.length) meetings.push({ before, next })
      else {
        gone.push(before.rowid)
        come.push(next)
      }
    }
  }
  for (const { before, next } of await complete(table, meetings, read)) {
    const merged = mergeRows(table, before.row, next)
    if (merged.every((cell, at) => Object.is(cell, before.row[at]))) continue
    gone.push(before.rowid)
    come.push(merged)
  }
  return { gone, come }
}

/** The versions that decide about columns of a table, and whether nothing but them decides. */
function rulesOf(table: Table): { versions: string[]; onlyVersions: boolean } {
  const rules = new Set(columnsOf(table).map(([, { merge }]) => merge))
  const versions = [...rules].filter((rule) => rule in table.columns)
  return { versions, onlyVersions: versions.length === rules.size }
}

function winsOf(table: Table, versions: readonly string[], before: Row, next: Row): ReadonlySet<string> {
  return new Set(versions.filter((version) => versionOf(table, next, version) > versionOf(table, before, version)))
}

/** The meetings with every cell of `before` known that may stay. */
async function complete(table: Table, meetings: readonly Meeting[], read: Read): Promise<readonly Meeting[]> {
  const known = readColumns(table)
  const { versions } = rulesOf(table)
  const missing = new Set<string>()
  const rowids: number[] = []
  for (const { before, next } of meetings) {
    const wins = winsOf(table, versions, before.row, next)
    const unknown = columnsOf(table).filter(([name, { merge }]) => !known.has(name) && !wins.has(merge))
    for (const [name] of unknown) missing.add(name)
    if (unknown.length > 0) rowids.push(before.rowid)
  }
  if (rowids.length === 0) return meetings
  const cells = new Map((await read([...missing], rowids)).map(({ rowid, row }) => [rowid, row]))
  return meetings.map(({ before, next }) => {
    const rest = cells.get(before.rowid)
    const row = before.row.map((cell, at) => cell ?? rest?.[at] ?? null)
    return { before: { ...before, row }, next }
  })
}
