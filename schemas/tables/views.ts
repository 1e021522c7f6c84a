/** What a destination with views keeps about them. Batches do not fill it; it is not among the tables of tables.ts. */
import type { ValueType } from '../records.ts'
import { boolean, required, type Table, tableOf, text } from '../spec.ts'

/** Columns that the survey's data brought. */
export type DataScope = 'question' | 'user' | 'account'

/** `survey`: the name of a survey's view. Others: the name of a column in it, or of one that stands beside such a column. */
export type NameScope =
  | 'survey'
  | DataScope
  | `${DataScope}_text`
  | 'question_points'
  | 'question_category'
  | 'question_is_latest'

/** A name that was given in SQL. It is kept for ever, so that what people built on it goes on working; and so is a type, once it is given. */
export interface GivenName {
  readonly scope: NameScope
  /** '' for attributes, which have the same name in every view. */
  readonly formUuid: string
  /** The question's or the attribute's own; '' for a survey. */
  readonly name: string
  readonly item: string
  readonly columnName: string
  /** UTC, as timestamps are in rows. */
  readonly givenAt: string
  /** Of a column that data brought: null while its type may change. Null of all else. */
  readonly valueType: ValueType | null
  /** null as valueType is. */
  readonly isList: boolean | null
}

export const columnNames: Table<GivenName> = tableOf<GivenName>()({
  name: 'column_names',
  description: 'Names of survey views and of their columns, kept once given, and what they stand for',
  key: ['scope', 'form_uuid', 'name', 'item'],
  columns: {
    scope: required.text(
      'survey (the name of its view), question, or user or account (attributes); …_text, …_points, …_category and …_is_latest for columns beside those',
      (s) => s.scope,
    ),
    form_uuid: required.text('The survey; empty for attributes', (s) => s.formUuid),
    name: required.text('The question or the attribute as Refiner names it; empty for a survey', (s) => s.name),
    item: required.text('Path inside a nested answer; else empty', (s) => s.item),
    column_name: required.text('The name in SQL', (s) => s.columnName),
    given_at: required.timestamp('When the name was given', (s) => s.givenAt),
    value_type: text(
      'Type of the column, kept once given: boolean, number, date, timestamp or text; null while there are few answers, and of what has none',
      (s) => s.valueType,
    ),
    is_list: boolean('Whether the column has lists of texts, kept once given; null as value_type is', (s) => s.isList),
  },
})
