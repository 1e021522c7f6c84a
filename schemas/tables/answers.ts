/** What a response's data holds, row by row: answers, the empty lists among them, and what the application sent along. */
import type { Answer, Answered } from '../records.ts'
import {
  boolean,
  type Column,
  date,
  number,
  receivedAt,
  required,
  type Table,
  tableOf,
  text,
  timestamp,
} from '../spec.ts'
import { createdOn } from '../uuid.ts'

const OWNER = { table: 'responses', key: 'response_uuid', version: 'answers_version' } as const

const response = {
  response_uuid: required.text('The response', (s: Answered) => s.responseUuid),
}
const question = {
  question: required.text('Identifier of the question', (s: Answered) => s.question),
}
const given = {
  created_on: date('UTC date inside response_uuid; partition column', (s: Answered) => createdOn(s.responseUuid)),
  form_uuid: text('The survey', (s: Answered) => s.formUuid),
  user_uuid: required.text('The user who answered', (s: Answered) => s.userUuid),
  answered_at: timestamp("The response's last_data_reception_at when it came", (s: Answered) => s.answeredAt),
}
const written = {
  event_id: required.text('The event that wrote the row', (s: Answered) => s.eventId),
  row_version: required.text("The response's answers_version that this row came with", (s: Answered) => s.version),
}

/** @param what the value is called in descriptions */
const leaf = (what: string): Record<Leaf, Column<Answer>> => ({
  item: required.text(`Path inside a nested ${what}, such as the row of a matrix; else empty`, (s) => s.item),
  choice: required.integer('Position in a list, from 0; else 0', (s) => s.choice),
  ...given,
  value: required.text(`The ${what} as sent`, (s) => s.value),
  value_number: number(`The ${what} as a number, if it is one`, (s) => s.number),
  value_boolean: boolean(`The ${what} as a boolean, if it is one`, (s) => s.boolean),
  value_timestamp: timestamp(`The ${what} as an instant, if it is an ISO 8601 time with a day`, (s) => s.timestamp),
  ...written,
  value_date: date(`The ${what} as a day, if it is one`, (s) => s.date),
  is_list: boolean(
    `Whether the ${what} was sent as a list; null in rows that a version before 0.2 loaded`,
    (s) => s.isList,
  ),
  ...receivedAt,
})

type Leaf =
  | 'item'
  | 'choice'
  | keyof typeof given
  | `value${'' | '_number' | '_boolean' | '_timestamp' | '_date'}`
  | keyof typeof written
  | 'is_list'
  | 'event_received_at'

export const responseAnswers: Table<Answer> = tableOf<Answer>()({
  name: 'response_answers',
  description:
    'Answers, one row per question, item and choice. Blank text is no answer; the view answers also leaves out context that only its time gives away',
  key: ['response_uuid', 'question', 'item', 'choice'],
  partition: 'created_on',
  owner: OWNER,
  columns: { ...response, ...question, ...leaf('answer') },
})

export const responseContext: Table<Answer> = tableOf<Answer>()({
  name: 'response_context',
  description: 'Values that the application sent along with a response, under the keys that CONTEXT_KEYS names',
  key: ['response_uuid', 'name', 'item', 'choice'],
  partition: 'created_on',
  owner: OWNER,
  columns: {
    ...response,
    name: required.text('The key', (s: Answer) => s.question),
    ...leaf('value'),
  },
})

export const responseNoneChosen: Table<Answered> = tableOf<Answered>()({
  name: 'response_none_chosen',
  description:
    'Questions that were answered by an empty list: none of the choices, which is not the same as never asked',
  key: ['response_uuid', 'question', 'item'],
  partition: 'created_on',
  owner: OWNER,
  columns: {
    ...response,
    ...question,
    item: required.text('Path inside a nested answer; else empty', (s) => s.item),
    ...given,
    ...written,
    ...receivedAt,
  },
})
