/** Uploads as the client sends them: multipart, the rows in gzip, read back to the cells that went in. */
import { gunzipSync } from 'node:zlib'
import type { Cell, Column, Row, Table } from '../../../schemas/spec.ts'
import { listAt, textAt } from './answers.ts'

/** The two parts of a multipart/related body: what to do, and the bytes. @throws when it has another form */
export function parts(body: Buffer, contentType: string): { metadata: unknown; content: Buffer } {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1] ?? ''
  const found: Buffer[] = []
  for (let start = body.indexOf(`--${boundary}\r\n`); start >= 0; ) {
    const end = body.indexOf(`\r\n--${boundary}`, start)
    if (end < 0) break
    const from = body.indexOf('\r\n\r\n', start) + 4
    found.push(body.subarray(from, end))
    start = body.indexOf(`--${boundary}\r\n`, end)
  }
  const [metadata, content] = found
  if (boundary === '' || metadata === undefined || content === undefined) throw new Error('an upload without two parts')
  return { metadata: JSON.parse(metadata.toString()), content }
}

/** The rows as objects, checked against the schema as a load job does. undefined: the load is refused. */
export function loadedRows(content: Buffer, schema: unknown): Record<string, unknown>[] | undefined {
  const fields = listAt(schema, 'fields')
  const names = new Set(fields.map((field) => textAt(field, 'name')))
  const required = fields.filter((field) => textAt(field, 'mode') === 'REQUIRED').map((field) => textAt(field, 'name'))
  const rows: Record<string, unknown>[] = []
  for (const line of gunzipSync(content).toString().split('\n')) {
    if (line === '') continue
    const row: Record<string, unknown> = JSON.parse(line)
    if (Object.keys(row).some((name) => !names.has(name))) return undefined
    if (required.some((name) => row[name] === undefined)) return undefined
    rows.push(row)
  }
  return rows
}

/** A loaded row as the cells of a table. JSON comes back as JSON.stringify writes it. */
export function cellsOf(table: Table, row: Readonly<Record<string, unknown>>): Row {
  return Object.entries<Column<never>>(table.columns).map(([name, { type }]): Cell => {
    const value = row[name]
    if (value === undefined) return null
    if (type === 'json') return JSON.stringify(value)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
    throw new Error(`read ${table.name}.${name}: ${typeof value} is no cell`)
  })
}
