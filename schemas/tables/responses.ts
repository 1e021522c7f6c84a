/** Responses and their tags, and who the respondents were at that moment. */
import type { JsonValue, Membership, RespondentState, ResponseState } from '../records.ts'
import {
  date,
  eventReceivedAt,
  integer,
  json,
  merged,
  receivedAt,
  required,
  type Table,
  tableOf,
  text,
  timestamp,
} from '../spec.ts'
import { createdOn } from '../uuid.ts'

const jsonText = (value: JsonValue | undefined) => (value === undefined ? null : JSON.stringify(value))

export const responses: Table<ResponseState> = tableOf<ResponseState>()({
  name: 'responses',
  description: 'Survey responses in their newest state, from first seen to completed or dismissed',
  key: ['response_uuid'],
  partition: 'created_on',
  columns: {
    response_uuid: required.text('The response', (s) => s.response.uuid),
    created_on: date('UTC date inside response_uuid; partition column', (s) => createdOn(s.response.uuid)),
    project_uuid: text("Refiner's environment", (s) => s.event.projectUuid),
    form_uuid: text('The survey', (s) => s.event.form?.uuid ?? null),
    form_name: text("The survey's name when this state was sent", (s) => s.event.form?.name ?? null),
    user_uuid: required.text('The user who was asked', (s) => s.event.userUuid),
    account_uuid: text("The user's account", (s) => s.event.account?.uuid ?? null),
    status: required.text(
      'completed if completed_at; else dismissed if dismissed_at; else partial if something was answered; else seen',
      (s) => s.response.status,
    ),
    first_shown_at: timestamp('When the survey was first shown', (s) => s.response.firstShownAt),
    last_shown_at: timestamp('When the survey was last shown', (s) => s.response.lastShownAt),
    show_counter: integer('How often the survey was shown', (s) => s.response.showCounter),
    first_data_reception_at: timestamp('When the first answer came', (s) => s.response.firstDataReceptionAt),
    last_data_reception_at: timestamp('When the newest answer came', (s) => s.response.lastDataReceptionAt),
    completed_at: timestamp('When the survey was completed', (s) => s.response.completedAt),
    dismissed_at: timestamp('When the survey was dismissed', (s) => s.response.dismissedAt),
    received_at: timestamp("Refiner's received_at of the response", (s) => s.response.receivedAt),
    answers: merged(
      'answers_version',
      json("The response's data as sent; response_answers has it row by row", (s) => jsonText(s.answers.value)),
    ),
    last_triggered_event: required.text('The trigger that brought this state', (s) => s.event.triggeredEvent),
    event_id: required.text('The event that last wrote the row', (s) => s.event.eventId),
    row_version: required.text('Orders the states of this response; the highest wins', (s) => s.version),
    answers_version: merged(
      'answers_version',
      required.text('Version of the newest event that carried data; empty if none did', (s) => s.answers.version),
    ),
    tags_version: merged(
      'tags_version',
      required.text('Version of the newest event that carried tags; empty if none did', (s) => s.tags.version),
    ),
    ...eventReceivedAt,
  },
})

export const responseTags: Table<Membership> = tableOf<Membership>()({
  name: 'response_tags',
  description: 'Tags on responses now; a tag that was removed is gone',
  key: ['response_uuid', 'tag_uuid'],
  partition: 'created_on',
  owner: { table: 'responses', key: 'response_uuid', version: 'tags_version' },
  columns: {
    response_uuid: required.text('The response', (s) => s.ownerUuid),
    tag_uuid: required.text('The tag', (s) => s.item.uuid),
    created_on: date('UTC date inside response_uuid; partition column', (s) => createdOn(s.ownerUuid)),
    form_uuid: text('The survey', (s) => s.formUuid),
    tag_name: text("The tag's name when it was sent", (s) => s.item.name),
    event_id: required.text('The event that wrote the row', (s) => s.eventId),
    row_version: required.text("The response's tags_version that this row came with", (s) => s.version),
    ...receivedAt,
  },
})

export const respondents: Table<RespondentState> = tableOf<RespondentState>()({
  name: 'respondents',
  description: 'The user as they were when they answered, one row per response; users has the user as of now',
  key: ['response_uuid'],
  partition: 'created_on',
  columns: {
    response_uuid: required.text('The response', (s) => s.response.uuid),
    created_on: date('UTC date inside response_uuid; partition column', (s) => createdOn(s.response.uuid)),
    form_uuid: text('The survey', (s) => s.event.form?.uuid ?? null),
    user_uuid: required.text('The user', (s) => s.event.userUuid),
    remote_id: text('Your id of the user, then', (s) => s.event.remoteId),
    email: text('E-mail address, then', (s) => s.event.email),
    display_name: text('Display name, then', (s) => s.event.displayName),
    attributes: merged(
      'attributes_version',
      json('Attributes of the user, then', (s) => jsonText(s.attributes.value)),
    ),
    account_uuid: text('Account of the user, then', (s) => s.event.account?.uuid ?? null),
    account_remote_id: text('Your id of the account, then', (s) => s.event.account?.remoteId ?? null),
    account_domain: text('Domain of the account, then', (s) => s.event.account?.domain ?? null),
    account_attributes: merged(
      'account_attributes_version',
      json('Attributes of the account, then', (s) => jsonText(s.accountAttributes.value)),
    ),
    segments: merged(
      'segments_version',
      json('Segments that the user was in, then: a list of uuid and name', (s) =>
        jsonText(s.segments.value?.map(({ uuid, name }) => ({ uuid, name }))),
      ),
    ),
    event_id: required.text('The event that last wrote the row', (s) => s.event.eventId),
    row_version: required.text(
      "Orders by the answer's time; on a tie the first event to arrive stays, so that a tag added later does not rewrite who answered",
      (s) => s.version,
    ),
    attributes_version: merged(
      'attributes_version',
      required.text('Version of the event that brought attributes; empty if none did', (s) => s.attributes.version),
    ),
    account_attributes_version: merged(
      'account_attributes_version',
      required.text(
        'Version of the event that brought account_attributes; empty if none did',
        (s) => s.accountAttributes.version,
      ),
    ),
    segments_version: merged(
      'segments_version',
      required.text('Version of the event that brought segments; empty if none did', (s) => s.segments.version),
    ),
    ...eventReceivedAt,
  },
})

export const respondentSegments: Table<Membership> = tableOf<Membership>()({
  name: 'respondent_segments',
  description: 'Segments that the user was in when they answered; user_segments has those of now',
  key: ['response_uuid', 'segment_uuid'],
  partition: 'created_on',
  owner: { table: 'respondents', key: 'response_uuid', version: 'segments_version' },
  columns: {
    response_uuid: required.text('The response', (s) => s.ownerUuid),
    segment_uuid: required.text('The segment', (s) => s.item.uuid),
    created_on: date('UTC date inside response_uuid; partition column', (s) => createdOn(s.ownerUuid)),
    form_uuid: text('The survey', (s) => s.formUuid),
    segment_name: text("The segment's name, then", (s) => s.item.name),
    event_id: required.text('The event that wrote the row', (s) => s.eventId),
    row_version: required.text("The respondent's segments_version that this row came with", (s) => s.version),
    ...receivedAt,
  },
})
