/** Answers of a response side by side, out of the rows of `response_answers`. */
import type { Dialect, Sql } from './dialect.ts'

/** What stands in a column. */
export interface Answer {
  readonly question: string
  readonly item: string
  readonly columnName: string
  /** The column with the wanted type. */
  readonly value: 'value' | 'value_number' | 'value_boolean' | 'value_date' | 'value_timestamp'
  /** Whether all choices are wanted, in their order, not the first one. */
  readonly isList: boolean
}

export interface Pivot {
  /** A query with a row for each response, and `response_uuid` in it. */
  readonly query: Sql
  /** An answer, out of the query's row as `A`; NULL where there is none. */
  of(answer: Answer): Sql
}

/** By an aggregate for each column, which looks at every answer once for each of them, and which an engine can put on disk. */
export function pivotByAggregates(
  answers: readonly Answer[],
  from: Sql,
  { text, identifier, listWhere }: Pick<Dialect, 'text' | 'identifier' | 'listWhere'>,
): Pivot {
  const columns = answers.map(({ question, item, columnName, value, isList }) => {
    const place = `question = ${text(question)} AND item = ${text(item)}`
    const answer = isList
      ? listWhere(place, value, 'choice')
      : `MAX(CASE WHEN ${place} AND choice = 0 THEN ${value} END)`
    return `,\n    ${answer} AS ${identifier(columnName)}`
  })
  return {
    query: `SELECT response_uuid${columns.join('')}\n  ${from} GROUP BY response_uuid`,
    of: ({ columnName }) => `A.${identifier(columnName)}`,
  }
}
