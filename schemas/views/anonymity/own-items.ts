/**
 * Keys of nested answers that are people's own words, such as the names of colleagues in `{"Ann Smith": 5}`. One person alone who
 * answered a matrix has no words of their own: several people do who each have an item that nobody else has.
 */
import type { Dialect, Sql } from '../dialect.ts'
import { FEW_PEOPLE, isNoValue, OTHER, OWN_VALUES, unlessKnown } from '../identity.ts'
import type { ModelOptions } from '../spec.ts'

/**
 * A query: items by `form_uuid`, `question` and `item` of fewer than FEW_PEOPLE, of questions to which at least OWN_VALUES people, and half
 * of all who gave any, gave an item that no one else gave.
 */
export const ownItems = (sql: Dialect, options: ModelOptions): Sql => `SELECT I.form_uuid, I.question, I.item
  FROM (
    SELECT P.*, COUNT(DISTINCT CASE WHEN P.people = 1 THEN P.user_uuid END) OVER (PARTITION BY P.form_uuid, P.question) AS owners
    FROM (
      SELECT A.form_uuid, A.question, A.item, COUNT(DISTINCT A.user_uuid) AS people, MIN(A.user_uuid) AS user_uuid
      FROM ${sql.relation('answers')} AS A WHERE A.item <> '' GROUP BY 1, 2, 3
    ) AS P
  ) AS I
  JOIN (
    SELECT A.form_uuid, A.question, COUNT(DISTINCT A.user_uuid) AS people
    FROM ${sql.relation('answers')} AS A WHERE A.item <> '' GROUP BY 1, 2
  ) AS Q ON Q.form_uuid = I.form_uuid AND Q.question = I.question
  WHERE I.owners >= ${OWN_VALUES} AND 2 * I.owners >= Q.people AND I.people < ${FEW_PEOPLE}${unlessKnown(sql, 'I.question', options)}`

/** What is shown of an item. @param own the item in a row of `ownItems` that is joined to it, or NULL */
export const shownItem = (sql: Dialect, item: Sql, own: Sql): Sql =>
  `CASE WHEN ${own} IS NULL AND ${isNoValue(sql, item)} THEN ${item} ELSE '${OTHER}' END`

/** What is shown of a question's name. */
export const shownQuestion = (sql: Dialect, question: Sql): Sql =>
  `CASE WHEN ${isNoValue(sql, question)} THEN ${question} ELSE '${OTHER}' END`
