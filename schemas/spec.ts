/**
 * The vocabulary in which every table is written down once. DDL, CSV headers, MERGE statements, row checks and
 * docs/tables.md all derive from these values; nothing else spells a column name.
 *
 * Three words carry the correctness of loading:
 * - key: what tells one row from another. Loading a row again replaces it.
 * - version: text that sorts. A row replaces another only if its version is higher.
 * - owner: for child tables, whose rows they are. A newer version of the owner's collection replaces all of them.
 */
import type { Origin } from './records.ts'

/** `timestamp` is an instant in UTC with microseconds, `date` a UTC day, `json` a JSON text, `number` a double. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'timestamp' | 'date' | 'json'

/**
 * One value of a row. Timestamps are text `YYYY-MM-DDTHH:MM:SS.ffffffZ`, dates `YYYY-MM-DD`, JSON its text; so that
 * cells compare with `===` in every destination. null: nothing is known.
 */
export type Cell = string | number | boolean | null

/** Cells in the order of the table's columns. */
export type Row = readonly Cell[]

/**
 * How two rows with the same key become one, column by column:
 * - the name of a version column: the value that comes with the higher version (most columns: `row_version`);
 * - `widest`: the type that holds both (`text` when they differ);
 * - `any`: true if either is;
 * - `largest`: the larger number; null never replaces one;
 * - `filled`: as `row_version`, but null never replaces a value.
 */
export type MergeRule = 'row_version' | 'widest' | 'any' | 'largest' | 'filled' | `${string}_version`

export interface Column<Source> {
  readonly type: ColumnType
  readonly required: boolean
  readonly description: string
  readonly merge: MergeRule
  readonly cell: (source: Source) => Cell
}

/** The owner of a child table's rows: its table, the key column that both share, and the version of the collection. */
export interface Owner {
  readonly table: string
  readonly key: string
  readonly version: string
}

export interface Table<Source = never> {
  readonly name: string
  readonly description: string
  /** What `key` columns hold never changes. A table without `row_version` is a log: the first row of a key stays. */
  readonly key: readonly string[]
  readonly owner?: Owner
  /** The column by which the table is partitioned: a pure function of the key, so that pruning by it is always right. */
  readonly partition?: string
  readonly columns: Readonly<Record<string, Column<Source>>>
}

type Value<Type extends ColumnType> = Type extends 'integer' | 'number'
  ? number
  : Type extends 'boolean'
    ? boolean
    : string

const optional =
  <Type extends ColumnType>(type: Type) =>
  <Source>(description: string, cell: (source: Source) => Value<Type> | null): Column<Source> => ({
    type,
    required: false,
    description,
    merge: 'row_version',
    cell,
  })

const always =
  <Type extends ColumnType>(type: Type) =>
  <Source>(description: string, cell: (source: Source) => Value<Type>): Column<Source> => ({
    type,
    required: true,
    description,
    merge: 'row_version',
    cell,
  })

export const text = optional('text')
export const integer = optional('integer')
export const number = optional('number')
export const boolean = optional('boolean')
export const timestamp = optional('timestamp')
export const date = optional('date')
export const json = optional('json')

/** Columns that hold a value in every row; the compiler refuses a cell that may be null. */
export const required = {
  text: always('text'),
  integer: always('integer'),
  boolean: always('boolean'),
  timestamp: always('timestamp'),
  json: always('json'),
}

/** Which event last wrote a row of a table of states. */
export const origin = (version: string) => ({
  event_id: required.text('The event that last wrote the row', (s: Origin) => s.eventId),
  row_version: required.text(version, (s: Origin) => s.version),
})

const RECEIVED = 'When the connector received the event of event_id; null in rows that a version before 0.2 loaded'

/** When the event arrived that last wrote a row. It stands last, as do all columns that came later: so old files have the same order. */
export const receivedAt = { event_received_at: timestamp(RECEIVED, (s: Origin) => s.arrivedAt) }

/** The same of a row that is made from the record of an event. */
export const eventReceivedAt = {
  event_received_at: timestamp(RECEIVED, (s: { readonly event: { readonly arrivedAt: string } }) => s.event.arrivedAt),
}

/** The same column under another merge rule. */
export const merged = <Source>(merge: MergeRule, column: Column<Source>): Column<Source> => ({ ...column, merge })

/** Checks a table's definition: a misspelt key, partition or version column does not get past here. */
export const tableOf =
  <Source>() =>
  <Name extends string>(table: {
    name: string
    description: string
    key: readonly NoInfer<Name>[]
    owner?: Owner
    partition?: NoInfer<Name>
    columns: Record<Name, Column<Source>>
  }): Table<Source> => {
    for (const column of Object.values<Column<Source>>(table.columns)) {
      const version = column.merge
      if (version.endsWith('_version') && version !== 'row_version' && !(version in table.columns)) {
        throw new Error(`define table ${table.name}: merge rule ${version} names no column of it`)
      }
    }
    return table
  }

/** One row of a table, cell by cell, in column order. */
export function rowOf<Source>(table: Table<Source>, source: Source): Row {
  const row: Cell[] = []
  for (const name in table.columns) row.push(table.columns[name]?.cell(source) ?? null)
  return row
}
