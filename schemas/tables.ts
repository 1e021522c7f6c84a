/**
 * The warehouse model: every table that a user sees, in every destination alike, in the order in which the docs tell
 * it. No column depends on what a payload contains: questions, attributes, segments and tags are rows, not columns.
 */
import type { Table } from './spec.ts'
import { responseAnswers, responseContext, responseNoneChosen } from './tables/answers.ts'
import { attributes, formAttributes, forms, names, questionItems, questions, segments, tags } from './tables/catalog.ts'
import { loads, rejectedValues, webhookEvents } from './tables/log.ts'
import { accountAttributes, accounts, userAttributes, userSegments, users } from './tables/people.ts'
import { respondentSegments, respondents, responses, responseTags } from './tables/responses.ts'

/** What flattening fills. Owners stand before their children. */
export const eventTables = {
  responses,
  response_answers: responseAnswers,
  response_none_chosen: responseNoneChosen,
  response_context: responseContext,
  response_tags: responseTags,
  respondents,
  respondent_segments: respondentSegments,
  users,
  user_attributes: userAttributes,
  user_segments: userSegments,
  accounts,
  account_attributes: accountAttributes,
  forms,
  questions,
  question_items: questionItems,
  attributes,
  form_attributes: formAttributes,
  segments,
  tags,
  names,
  webhook_events: webhookEvents,
  rejected_values: rejectedValues,
} as const

export type EventTable = keyof typeof eventTables

/** All tables of the warehouse; `loads` is filled by the destination itself. */
export const tables: readonly Table[] = [...Object.values(eventTables), loads]
