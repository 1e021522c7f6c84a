/**
 * Versions: text of fixed-width parts joined by `|` that sorts as the states do, a source time first. The whole text is
 * built only for what is kept and for ties: as a normalised time sorts as its digits do, comparing times decides most.
 */
import type { EventRecord, ResponseRecord, Status } from '../../schemas/records.ts'
import { countLeaves } from './answers.ts'

export type ResponseEvent = EventRecord & { readonly response: ResponseRecord }

/** The version that an event gives to what it brought. */
export interface Version<Event extends EventRecord = EventRecord> {
  readonly event: Event
  /** The source time that stands first in the version; '' if there is none. */
  readonly time: string
  /** The other parts, built from the event. */
  rest(event: Event): string
  /** The version's text once someone asked for it, else ''. */
  text: string
}

const NO_TIME = '0'.repeat(20)
const MOST_ANSWERS = 999_999
const RANK: Readonly<Record<Status, number>> = { seen: 0, partial: 1, dismissed: 2, completed: 3 }

/** Of users, accounts, forms, segments, tags, questions and attributes: the event's newest time, then arrival. */
export function eventVersion(event: EventRecord): Version {
  const account = event.account?.lastSeenAt ?? ''
  const seen = later(event.lastSeenAt ?? '', account)
  const time = event.response === undefined ? seen : later(seen, lifecycleTime(event.response))
  return { event, time, rest: arrival, text: '' }
}

/** Of responses: newest lifecycle time, status, number of answers, the user's last_seen_at, arrival. */
export function responseVersion(event: ResponseEvent): Version<ResponseEvent> {
  return { event, time: lifecycleTime(event.response), rest: progress, text: '' }
}

/** Of respondents: the answer's time, then the arrival turned round, so that on a tie the first to arrive stays. */
export function respondentVersion(event: ResponseEvent): Version<ResponseEvent> {
  const { lastDataReceptionAt, lastShownAt } = event.response
  return { event, time: lastDataReceptionAt ?? lastShownAt ?? '', rest: earlierArrival, text: '' }
}

export function isNewer(version: Version, than: Version): boolean {
  if (version.time !== than.time) return version.time > than.time
  return version !== than && versionText(version) > versionText(than)
}

/** The newer of two, where there may be none yet. */
export function newest<V extends Version>(kept: V | undefined, next: V): V {
  return kept === undefined || isNewer(next, kept) ? next : kept
}

export function versionText<Event extends EventRecord>(version: Version<Event>): string {
  // Joining gives one piece of memory where concatenation would keep a tree of dozens alive.
  if (version.text === '') version.text = [digits(version.time), version.rest(version.event)].join('|')
  return version.text
}

function lifecycleTime(response: ResponseRecord): string {
  let time = later(response.firstShownAt ?? '', response.lastShownAt ?? '')
  time = later(time, response.firstDataReceptionAt ?? '')
  time = later(time, response.lastDataReceptionAt ?? '')
  time = later(time, response.completedAt ?? '')
  time = later(time, response.dismissedAt ?? '')
  return later(time, response.receivedAt ?? '')
}

const later = (one: string, other: string) => (other > one ? other : one)

const arrival = (event: EventRecord) => `${digits(event.arrivedAt)}|${event.eventId}`

function progress(event: ResponseEvent): string {
  const { status, data } = event.response
  const answers = String(Math.min(countLeaves(data), MOST_ANSWERS)).padStart(6, '0')
  return `${RANK[status]}|${answers}|${digits(event.lastSeenAt ?? '')}|${arrival(event)}`
}

const earlierArrival = (event: EventRecord) =>
  `${complement(digits(event.arrivedAt), '9876543210')}|${complement(event.eventId, 'fedcba9876543210')}`

/** Each digit taken from the highest one, so that the text sorts the other way round. Other characters stay. */
function complement(text: string, turned: string): string {
  const codes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const digit = code < 58 ? code - 48 : code - 87
    codes.push(digit >= 0 && digit < turned.length ? turned.charCodeAt(digit) : code)
  }
  return String.fromCharCode(...codes)
}

/** `YYYYMMDDHHMMSSffffff` of a time; zeros for none. */
function digits(time: string): string {
  if (time === '') return NO_TIME
  const date = time.slice(0, 4) + time.slice(5, 7) + time.slice(8, 10)
  return date + time.slice(11, 13) + time.slice(14, 16) + time.slice(17, 19) + time.slice(20, 26)
}
