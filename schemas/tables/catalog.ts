/** What surveys are made of: forms, segments and tags by name, questions and attributes by the kinds of their values. */
import {
  type AttributeState,
  type EverNamed,
  type FormAttributeState,
  KINDS,
  type NamedState,
  type QuestionItemState,
  type QuestionState,
  type Seen,
  widestOf,
} from '../catalog-records.ts'
import type { ValueType } from '../records.ts'
import {
  boolean,
  type Column,
  integer,
  merged,
  origin,
  receivedAt,
  required,
  type Table,
  tableOf,
  text,
} from '../spec.ts'

const BY_EVENT = "Orders the states by the event's newest time"

function named(name: string, key: string, what: string): Table<NamedState> {
  const columns: Record<string, Column<NamedState>> = {
    [key]: required.text(`The ${what.toLowerCase()}`, (s: NamedState) => s.uuid),
    name: text('Its newest name', (s: NamedState) => s.name),
    project_uuid: text("Refiner's environment", (s: NamedState) => s.projectUuid),
    ...origin(BY_EVENT),
    ...receivedAt,
  }
  return tableOf<NamedState>()({ name, description: `${what}s, by their newest name`, key: [key], columns })
}

export const forms = named('forms', 'form_uuid', 'Survey')
export const segments = named('segments', 'segment_uuid', 'Segment')
export const tags = named('tags', 'tag_uuid', 'Tag')

export const names: Table<EverNamed> = tableOf<EverNamed>()({
  name: 'names',
  description: 'Every name that a survey, a segment or a tag was ever sent with, so that a former name still finds it',
  key: ['kind', 'uuid', 'name'],
  columns: {
    kind: required.text('form, segment or tag', (s) => s.kind),
    uuid: required.text('The form, the segment or the tag', (s) => s.uuid),
    name: required.text('A name that it has or had', (s) => s.name),
    ...origin('Orders names by the newest time of the events that have them: the highest is the newest name'),
    ...receivedAt,
  },
})

const valueType = merged(
  'widest',
  text(
    'Widest type of all values ever sent: boolean, number, date, timestamp or text. The type of a column of a survey is in column_names',
    (s: Seen) => widestOf(s.kinds),
  ),
)

const seen = (type: ValueType, what: string) =>
  merged(
    'any',
    boolean(`Whether ${what} was ever sent`, (s: Seen) => (s.kinds & KINDS[type]) !== 0),
  )

const kinds = {
  seen_number: seen('number', 'a number'),
  seen_boolean: seen('boolean', 'a boolean'),
  seen_date: seen('date', 'a day'),
  seen_timestamp: seen('timestamp', 'a time'),
  seen_text: seen('text', 'any other text'),
}

const isList = (what: string) =>
  merged(
    'any',
    required.boolean(what, (s: { readonly isList: boolean }) => s.isList),
  )

const bodyPosition = (what: string) =>
  merged(
    'largest',
    integer(what, (s: { readonly bodyPosition: number }) => s.bodyPosition),
  )

export const questions: Table<QuestionState> = tableOf<QuestionState>()({
  name: 'questions',
  description: 'Questions of forms, as far as answers to them were seen',
  key: ['form_uuid', 'question'],
  columns: {
    form_uuid: required.text('The survey', (s) => s.formUuid),
    question: required.text('Identifier of the question', (s) => s.question),
    value_type: valueType,
    is_list: isList('Whether an answer was ever a list'),
    title: merged(
      'filled',
      text("The question's text as Refiner's API has it; always null today, as webhooks do not carry it", () => null),
    ),
    question_type: merged(
      'filled',
      text("Refiner's type of the question as its API has it; always null today", () => null),
    ),
    position: merged(
      'filled',
      integer("Position in the survey, from 0, as Refiner's API has it; always null today", () => null),
    ),
    ...origin(BY_EVENT),
    body_position: bodyPosition("Place among the keys of a response's data, from 0: the last place that was seen"),
    seen_before_answer: merged(
      'any',
      boolean(
        'Whether an event had a value for it before anything was answered: a sign that it is context, not a question',
        (s) => s.seenBeforeAnswer,
      ),
    ),
    ...receivedAt,
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
    is_list: isList('Whether there was ever a list of choices'),
    ...origin(BY_EVENT),
    ...kinds,
    seen_several: merged(
      'any',
      boolean('Whether a list of two or more was ever sent', (s) => s.hasSeveral),
    ),
    body_position: bodyPosition('Place among the rows of a nested answer, from 0: the last place that was seen'),
    ...receivedAt,
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
    ...origin(BY_EVENT),
    ...receivedAt,
  },
})

export const formAttributes: Table<FormAttributeState> = tableOf<FormAttributeState>()({
  name: 'form_attributes',
  description: 'Attributes that respondents of a form had when they answered: those that are columns of its view',
  key: ['form_uuid', 'scope', 'name'],
  columns: {
    form_uuid: required.text('The survey', (s) => s.formUuid),
    scope: required.text('user or account', (s) => s.scope),
    name: required.text('Name of the attribute', (s) => s.name),
    ...kinds,
    ...origin(BY_EVENT),
    ...receivedAt,
  },
})
