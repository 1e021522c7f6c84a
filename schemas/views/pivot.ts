/** Answers of a response side by side, out of the rows of `answers`. */
import type { Dialect, Sql } from './dialect.ts'

/** The column of `answers` with the wanted type. */
export type Wanted = 'value' | 'value_number' | 'value_boolean' | 'value_date' | 'value_timestamp'

/** What stands in a column. */
export interface Answer {
  readonly question: string
  readonly item: string
  readonly columnName: string
  readonly value: Wanted
  /** `only`: NULL where there are several choices. `list`: all choices, in their order. `joined`: the same as a text, with commas between. */
  readonly take: 'only' | 'list' | 'joined'
  /** Whether a response may have several choices. Where none can, `only` asks no response how many it has. */
  readonly maySeveral: boolean
}

export interface Pivot {
  /** A query with a row for each response, and `response_uuid` in it. */
  readonly query: Sql
  /** An answer, out of the query's row as `A`; NULL where there is none. */
  of(answer: Answer): Sql
}

export interface EmptyLists {
  /** A query with a row for each response that has any, and `response_uuid` in it. */
  readonly query: Sql
  /** A list, or an empty one where that is the answer, out of the query's row as `N`. */
  or(list: Sql, question: string, item: string): Sql
}

/** By an aggregate for each column, which looks at every answer once for each of them, and which an engine can put on disk. */
export function pivotByAggregates(
  answers: readonly Answer[],
  from: Sql,
  { text, identifier, listWhere }: Pick<Dialect, 'text' | 'identifier' | 'listWhere'>,
): Pivot {
  const columns = answers.map(({ question, item, columnName, value, take, maySeveral }) => {
    const place = `question = ${text(question)} AND item = ${text(item)}`
    return `,\n    ${aggregate(place)} AS ${identifier(columnName)}`

    function aggregate(isHere: Sql): Sql {
      if (take === 'list') return listWhere(isHere, value, 'choice')
      if (take === 'joined') return `STRING_AGG(CASE WHEN ${isHere} THEN ${value} END, ', ' ORDER BY choice)`
      const only = `MAX(CASE WHEN ${isHere} THEN ${value} END)`
      return maySeveral ? `CASE WHEN COUNT(CASE WHEN ${isHere} THEN 1 END) = 1 THEN ${only} END` : only
    }
  })
  return {
    query: `SELECT response_uuid${columns.join('')}\n  ${from} GROUP BY response_uuid`,
    of: ({ columnName }) => `A.${identifier(columnName)}`,
  }
}
