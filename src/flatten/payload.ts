/** The fields that are read out of a payload, each of any kind until it was looked at. */
import type { JsonValue } from '../../schemas/records.ts'

/** `uuid` is the user's. Fields that are not named here stand in the payload cell only. */
export interface Payload {
  readonly uuid?: JsonValue
  readonly project_uuid?: JsonValue
  readonly remote_id?: JsonValue
  readonly email?: JsonValue
  readonly display_name?: JsonValue
  readonly first_seen_at?: JsonValue
  readonly last_seen_at?: JsonValue
  readonly attributes?: JsonValue
  readonly segments?: JsonValue
  readonly triggered_event?: JsonValue
  readonly account?: JsonValue
  readonly form?: JsonValue
  readonly response?: JsonValue
}

export interface SentAccount {
  readonly uuid?: JsonValue
  readonly remote_id?: JsonValue
  readonly domain?: JsonValue
  readonly display_name?: JsonValue
  readonly first_seen_at?: JsonValue
  readonly last_seen_at?: JsonValue
  readonly attributes?: JsonValue
}

/** A form, a segment or a tag. */
export interface SentItem {
  readonly uuid?: JsonValue
  readonly name?: JsonValue
  readonly created_at?: JsonValue
}

export interface SentResponse {
  readonly uuid?: JsonValue
  readonly first_shown_at?: JsonValue
  readonly last_shown_at?: JsonValue
  readonly show_counter?: JsonValue
  readonly first_data_reception_at?: JsonValue
  readonly last_data_reception_at?: JsonValue
  readonly completed_at?: JsonValue
  readonly dismissed_at?: JsonValue
  readonly received_at?: JsonValue
  readonly data?: JsonValue
  readonly tags?: JsonValue
}
