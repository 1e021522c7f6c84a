/** What a destination with views keeps about them. Batches do not fill it; it is not among the tables of tables.ts. */
import { required, type Table, tableOf } from '../spec.ts'

/** `survey`: the name of a survey's view. Others: the name of a column in it. */
export type NameScope = 'survey' | 'question' | 'user' | 'account'

/** A name that was given in SQL. It is kept for ever, so that what people built on it goes on working. */
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
}

export const columnNames: Table<GivenName> = tableOf<GivenName>()({
  name: 'column_names',
  description: 'Names of survey views and of their columns, kept once given, and what they stand for',
  key: ['scope', 'form_uuid', 'name', 'item'],
  columns: {
    scope: required.text('survey (the name of its view), question, or user or account (attributes)', (s) => s.scope),
    form_uuid: required.text('The survey; empty for attributes', (s) => s.formUuid),
    name: required.text('The question or the attribute as Refiner names it; empty for a survey', (s) => s.name),
    item: required.text('Path inside a nested answer; else empty', (s) => s.item),
    column_name: required.text('The name in SQL', (s) => s.columnName),
    given_at: required.timestamp('When the name was given', (s) => s.givenAt),
  },
})
