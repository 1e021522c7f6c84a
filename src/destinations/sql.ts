/**
 * The one place that quotes for SQL (DuckDB, which follows the standard here). Survey texts and attribute names are
 * hostile input; whatever becomes part of a statement comes through these functions.
 */
import type { Cell, ColumnType } from '../../schemas/spec.ts'

/** A quoted name. @throws when it holds NUL, which no name can. */
export function identifier(name: string): string {
  if (name.includes('\0')) throw new Error(`quote the name ${JSON.stringify(name)}: it holds NUL; rename it`)
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * A constant that is the cell, exactly: NUL, -0 and every double included. Times and JSON come out as text, for the
 * column's type to take. @throws for NaN and infinities, which no cell holds.
 */
export function literal(cell: Cell): string {
  if (cell === null) return 'NULL'
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE'
  if (typeof cell === 'number') return numberLiteral(cell)
  // A statement ends at a NUL, so it cannot stand in one. A list is flat, however many there are: expressions may be 1,000 levels deep.
  const parts = cell.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`)
  return parts.length === 1 ? parts.join('') : `array_to_string([${parts.join(', ')}], chr(0))`
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`quote the number ${value}: a cell holds finite numbers only`)
  if (Object.is(value, -0)) return "CAST('-0' AS DOUBLE)"
  // With an exponent it is read as a double; `0.1` would be a decimal.
  return Number.isSafeInteger(value) ? String(value) : value.toExponential()
}

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  // Without a zone, and in UTC: an instant with a zone would group by days of whoever asks.
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  json: 'JSON',
}

/** DuckDB's type for cells of a column type. Timestamps are UTC without a zone. */
export function sqlType(type: ColumnType): string {
  return SQL_TYPES[type]
}
