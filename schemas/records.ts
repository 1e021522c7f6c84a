/**
 * What flattening reads out of events, before it becomes rows: every field typed, times normalised to
 * `YYYY-MM-DDTHH:MM:SS.ffffffZ`, null where nothing is known. The cells in tables.ts take their values from here.
 *
 * `undefined` and empty are different things for a collection: a payload without `tags` says nothing about tags,
 * `tags: []` says that there are none.
 */

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }
/** Own keys only, in the order sent. The key may be anything: '', `__proto__`, a number. */
export type JsonObject = { readonly [key: string]: JsonValue }

/** How an event came in. Backfilled ones are read from Refiner's API. */
export type Source = 'webhook' | 'backfill'

/** A segment or a tag, as listed on a user or a response. `createdAt` looks like the membership's, not the segment's. */
export interface NamedItem {
  readonly uuid: string
  readonly name: string | null
  readonly createdAt: string | null
}

export interface AccountRecord {
  /** null where users are not grouped: such an account is part of the respondent, but makes no row of its own. */
  readonly uuid: string | null
  readonly remoteId: string | null
  readonly domain: string | null
  readonly displayName: string | null
  readonly firstSeenAt: string | null
  readonly lastSeenAt: string | null
  readonly attributes: JsonObject | undefined
  readonly attributesInRows: boolean
}

export interface FormRecord {
  readonly uuid: string
  readonly name: string | null
}

export type Status = 'completed' | 'dismissed' | 'partial' | 'seen'

export interface ResponseRecord {
  readonly uuid: string
  readonly status: Status
  readonly firstShownAt: string | null
  readonly lastShownAt: string | null
  readonly showCounter: number | null
  readonly firstDataReceptionAt: string | null
  readonly lastDataReceptionAt: string | null
  readonly completedAt: string | null
  readonly dismissedAt: string | null
  readonly receivedAt: string | null
  readonly data: JsonObject | undefined
  readonly dataInRows: boolean
  readonly tags: readonly NamedItem[] | undefined
}

/** A value that did not fit: its place in the payload, the cell that stays null, the value as JSON text, and why. */
export interface RejectedValue {
  readonly path: string
  readonly table: string
  readonly column: string | null
  readonly value: string
  readonly reason: string
}

/** One event, read. The user's fields stand at the top, as in the payload. */
export interface EventRecord {
  readonly eventId: string
  /** When the connector took it in: ours, not Refiner's. Decides ties, so it is stored and kept by replay. */
  readonly arrivedAt: string
  readonly source: Source
  readonly triggeredEvent: string
  readonly projectUuid: string | null
  readonly userUuid: string
  readonly remoteId: string | null
  readonly email: string | null
  readonly displayName: string | null
  readonly firstSeenAt: string | null
  readonly lastSeenAt: string | null
  readonly attributes: JsonObject | undefined
  /** false where they are more than one event may make rows of. */
  readonly attributesInRows: boolean
  readonly segments: readonly NamedItem[] | undefined
  readonly account: AccountRecord | undefined
  readonly form: FormRecord | undefined
  readonly response: ResponseRecord | undefined
  /** The payload as JSON text: as sent, unless it holds numbers or text that had to be made safe, or a key twice in an object. */
  readonly payload: string
  readonly rejected: readonly RejectedValue[]
}

/** A collection and the version of the newest event that carried it. '' and undefined if none did. */
export interface Carried<T> extends Origin {
  readonly value: T | undefined
}

/** A user, account, form, segment or tag: the record of the newest event, and each collection by its own version. */
export interface UserState {
  readonly event: EventRecord
  readonly version: string
  readonly attributes: Carried<JsonObject>
  readonly segments: Carried<readonly NamedItem[]>
}

export interface AccountState {
  readonly event: EventRecord
  readonly account: AccountRecord & { readonly uuid: string }
  readonly version: string
  readonly attributes: Carried<JsonObject>
}

export interface ResponseState {
  readonly event: EventRecord
  readonly response: ResponseRecord
  readonly version: string
  readonly answers: Carried<JsonObject>
  readonly tags: Carried<readonly NamedItem[]>
}

/** The user as they were when they answered: on a tie of the answer's time, the first event to arrive stays. */
export interface RespondentState {
  readonly event: EventRecord
  readonly response: ResponseRecord
  readonly version: string
  readonly attributes: Carried<JsonObject>
  readonly accountAttributes: Carried<JsonObject>
  readonly segments: Carried<readonly NamedItem[]>
}

export type ValueType = 'boolean' | 'number' | 'date' | 'timestamp' | 'text'

/** A scalar as sent, and typed where its text is unmistakable. At most one of the typed fields is not null. */
export interface TypedValue {
  readonly value: string
  readonly number: number | null
  readonly boolean: boolean | null
  /** A day without a time, `YYYY-MM-DD`: it has no instant, as it begins at another one in each time zone. */
  readonly date: string | null
  readonly timestamp: string | null
}

/** The event that last wrote a row: its id, when it arrived, and the version that it gave the row. */
export interface Origin {
  readonly eventId: string
  readonly arrivedAt: string
  readonly version: string
}

/** A question of one response, or a place inside its answer. */
export interface Answered extends Origin {
  readonly question: string
  /** '' for an answer that is a scalar or a list of scalars. */
  readonly item: string
  readonly responseUuid: string
  readonly formUuid: string | null
  readonly userUuid: string
  readonly answeredAt: string | null
}

/** One leaf of a response's data. `item` is the path inside the answer, `choice` the last list position on it. */
export interface Answer extends Answered, TypedValue {
  readonly choice: number
  readonly isList: boolean
}

export interface Attribute extends Origin, TypedValue {
  readonly ownerUuid: string
  readonly name: string
}

/** A tag on a response, or a segment that a user or a respondent is in. */
export interface Membership extends Origin {
  readonly ownerUuid: string
  readonly formUuid: string | null
  readonly item: NamedItem
}

/** An event as the log keeps it. */
export interface LoggedEvent {
  readonly event: EventRecord
  /** The newest of its own times; '' if it has none. */
  readonly newestTime: string
}

export interface Rejection extends LoggedEvent {
  readonly value: RejectedValue
}

/** A batch that a destination made durable. Times are the loader's. */
export interface LoadRecord {
  readonly destination: string
  readonly batchId: string
  readonly firstSeq: number
  readonly lastSeq: number
  readonly events: number
  /** Rows that the batch held, by table. */
  readonly rows: Readonly<Record<string, number>>
  readonly startedAt: string
  readonly finishedAt: string
  /** What the destination was billed for; null where nothing is billed. */
  readonly bytesBilled: number | null
}
