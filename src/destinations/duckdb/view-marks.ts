/**
 * How a view of ours is known, and whether it is as its definition says. A digest of the definition stands in the view's text, as the name
 * of an empty CTE, and in a small table of the loader's own. A text takes DuckDB 5 ms to give where there are 2,000 columns; so it is not
 * read where the comment is the view's description, as a view that a user replaces loses its comment, and the table has the digest.
 */
import { hash } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { View } from '../../../schemas/views/spec.ts'
import { identifier, literal } from '../sql.ts'
import { duckdbDialect } from './dialect.ts'
import { textRows } from './schema.ts'

/** Of the loader's own: which definition each view was made from. */
export const VIEWS_TABLE = 'loader_views'

const MARK = 'refiner_warehouse_definition_'

/** What is there under the name of a view. `taken`: something that is not ours. */
export type Standing = 'missing' | 'same' | 'other' | 'taken'

export interface Marks {
  standingOf(view: View): Promise<Standing>
}

/** Of all that makes a view what it is: where any of it changes, the view is made again. */
function markOf(view: View): string {
  const definition = JSON.stringify([view.query(duckdbDialect), view.description, view.columns])
  return `${MARK}${hash('sha256', definition, 'hex').slice(0, 16)}`
}

/** DuckDB takes a constant only, and none with NUL in it. */
const commentText = (text: string) => text.replaceAll('\0', '\ufffd')
export const comment = (text: string): string => literal(commentText(text))

/** What makes a view, with all by which it is known; to be run in one transaction. */
export function markedStatements(view: View): string[] {
  const [name, key, mark] = [identifier(view.name), literal(view.name.toLowerCase()), markOf(view)]
  return [
    `CREATE OR REPLACE VIEW ${name} AS WITH ${mark} AS (SELECT 1) SELECT * FROM (\n${view.query(duckdbDialect)}\n)`,
    `COMMENT ON VIEW ${name} IS ${comment(view.description)}`,
    `DELETE FROM ${VIEWS_TABLE} WHERE view_name = ${key}`,
    `INSERT INTO ${VIEWS_TABLE} VALUES (${key}, ${literal(mark)})`,
  ]
}

const MAKE_TABLE = `BEGIN;
CREATE TABLE ${VIEWS_TABLE} (view_name VARCHAR NOT NULL, mark VARCHAR NOT NULL);
COMMENT ON TABLE ${VIEWS_TABLE} IS 'What each view was made from. Used by the loader; leave it as it is';
COMMIT`

const HERE = 'database_name = current_database() AND schema_name = current_schema()'

/** What is there now. Makes the loader's table if it is missing. */
export async function readMarks(connection: DuckDBConnection): Promise<Marks> {
  const comments = await readComments(connection)
  if (!comments.has(VIEWS_TABLE)) await connection.run(MAKE_TABLE)
  const marks = await pairs(connection, `SELECT view_name, mark FROM ${VIEWS_TABLE}`)
  let texts: Promise<Map<string, string>> | undefined
  const textOf = async (name: string) => {
    texts ??= pairs(connection, `SELECT lower(view_name), sql FROM duckdb_views() WHERE ${HERE}`)
    return (await texts).get(name) ?? ''
  }
  return {
    async standingOf(view) {
      const [name, mark] = [view.name.toLowerCase(), markOf(view)]
      const found = comments.get(name)
      if (found === undefined) return 'missing'
      const isOurs = found === commentText(view.description)
      if (isOurs && marks.get(name) === mark) return 'same'
      // Whoever made another view under the name took the comment away.
      if (isOurs && marks.has(name)) return 'other'
      // Versions before had the mark in the comment.
      if (found.includes(MARK)) return 'other'
      const text = await textOf(name)
      if (!text.includes(MARK)) return 'taken'
      // A comment of the user's stays until the view changes.
      return text.includes(mark) && !isOurs ? 'same' : 'other'
    },
  }
}

/** Comments of views, '' of tables, by their names in lower case: DuckDB takes a name in any. */
const readComments = (connection: DuckDBConnection) =>
  pairs(
    connection,
    `SELECT lower(view_name), comment FROM duckdb_views() WHERE ${HERE}
    UNION ALL SELECT lower(table_name), '' FROM duckdb_tables() WHERE ${HERE}`,
  )

async function pairs(connection: DuckDBConnection, sql: string): Promise<Map<string, string>> {
  const rows = textRows(await connection.runAndReadAll(sql))
  return new Map(rows.map(([name, value]) => [name ?? '', value ?? '']))
}
