/** What surveys are made of: forms, segments and tags by name, questions and attributes by the type of their values. */
import type { AttributeState, NamedState, QuestionItemState, QuestionState } from '../records.ts'
import { integer, merged, required, type Table, tableOf, text } from '../spec.ts'

const named = (name: string, key: string, what: string): Table<NamedState> =>
  tableOf<NamedState>()({
    name,
    description: `${what}s, by their newest name`,
    key: [key],
    columns: {
      [key]: required.text(`The ${what.toLowerCase()}`, (s: NamedState) => s.uuid),
      name: text('Its newest name', (s: NamedState) => s.name),
      project_uuid: text("Refiner's environment", (s: NamedState) => s.projectUuid),
      event_id: required.text('The event that last wrote the row', (s: NamedState) => s.eventId),
      row_version: required.text("Orders the states by the event's newest time", (s: NamedState) => s.version),
    },
  })

export const forms = named('forms', 'form_uuid', 'Survey')
export const segments = named('segments', 'segment_uuid', 'Segment')
export const tags = named('tags', 'tag_uuid', 'Tag')

const valueType = merged(
  'widest',
  text(
    'Widest type of the values seen: boolean, number, timestamp or text',
    (s: Pick<AttributeState, 'valueType'>) => s.valueType,
  ),
)

export const questions: Table<QuestionState> = tableOf<QuestionState>()({
  name: 'questions',
  description: 'Questions of forms, as far as answers to them were seen',
  key: ['form_uuid', 'question'],
  columns: {
    form_uuid: required.text('The survey', (s) => s.formUuid),
    question: required.text('Identifier of the question', (s) => s.question),
    value_type: valueType,
    is_list: merged(
      'any',
      required.boolean('Whether an answer was ever a list', (s) => s.isList),
    ),
    title: merged(
      'filled',
      text("The question's text, where Refiner's API told it", () => null),
    ),
    question_type: merged(
      'filled',
      text("Refiner's type of the question, where its API told it", () => null),
    ),
    position: merged(
      'filled',
      integer("Position in the survey, from 0, where Refiner's API told it", () => null),
    ),
    event_id: required.text('The event that last wrote the row', (s) => s.eventId),
    row_version: required.text("Orders the states by the event's newest time", (s) => s.version),
  },
})

export const questionItems: Table<QuestionItemState> = tableOf<QuestionItemState>()({
  name: 'question_items',
  description: 'Places inside the answers to questions: one for a plain question, and one for each row of a matrix',
  key: ['form_uuid', 'question', 'item'],
  columns: {
    form_uuid: required.text('The survey', (s) => s.formUuid),
    question: required.text('Identifier of the question', (s) => s.question),
    item: required.text('As in response_answers; empty for a plain question', (s) => s.item),
    value_type: valueType,
    is_list: merged(
      'any',
      required.boolean('Whether there was ever a list of choices', (s) => s.isList),
    ),
    event_id: required.text('The event that last wrote the row', (s) => s.eventId),
    row_version: required.text("Orders the states by the event's newest time", (s) => s.version),
  },
})

export const attributes: Table<AttributeState> = tableOf<AttributeState>()({
  name: 'attributes',
  description: 'Names of attributes, of users and of accounts',
  key: ['scope', 'name'],
  columns: {
    scope: required.text('user or account', (s) => s.scope),
    name: required.text('Name of the attribute', (s) => s.name),
    value_type: valueType,
    event_id: required.text('The event that last wrote the row', (s) => s.eventId),
    row_version: required.text("Orders the states by the event's newest time", (s) => s.version),
  },
})
