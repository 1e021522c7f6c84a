/**
 * Versions: text of fixed-width parts joined by `|` that sorts as the states do, a source time first. The whole text is
 * built only for what is kept and for ties: as a normalised time sorts as its digits do, comparing times decides most.
 */
import type { EventRecord, ResponseRecord, Status } from '../../schemas/records.ts'
import { countLeaves } from './answers.ts'
import { begin, writeBar, writeText, writeTime, written } from './version-text.ts'

export type ResponseEvent = EventRecord & { readonly response: ResponseRecord }

/** The version that an event gives to what it brought. */
export interface Version<Event extends EventRecord = EventRecord> {
  readonly event: Event
  /** The source time that stands first in the version; '' if there is none. */
  readonly time: string
  /** Writes the other parts, each behind a bar. */
  writeRest(event: Event): void
  /** The version's text once someone asked for it, else ''. */
  text: string
}

const MOST_ANSWERS = 999_999
const RANK: Readonly<Record<Status, string>> = { seen: '0', partial: '1', dismissed: '2', completed: '3' }

/** Of users, accounts, forms, segments, tags, questions and attributes: the event's newest time, then arrival. */
export function eventVersion(event: EventRecord): Version {
  const account = event.account?.lastSeenAt ?? ''
  const seen = later(event.lastSeenAt ?? '', account)
  const time = event.response === undefined ? seen : later(seen, lifecycleTime(event.response))
  return { event, time, writeRest: writeArrival, text: '' }
}

/** Of responses: newest lifecycle time, status, number of answers, the user's last_seen_at, arrival. */
export function responseVersion(event: ResponseEvent): Version<ResponseEvent> {
  return { event, time: lifecycleTime(event.response), writeRest: writeProgress, text: '' }
}

/** Of respondents: the answer's time, then the arrival turned round, so that on a tie the first to arrive stays. */
export function respondentVersion(event: ResponseEvent): Version<ResponseEvent> {
  const { lastDataReceptionAt, lastShownAt } = event.response
  return { event, time: lastDataReceptionAt ?? lastShownAt ?? '', writeRest: writeEarlierArrival, text: '' }
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
  if (version.text === '') {
    begin()
    writeTime(version.time)
    version.writeRest(version.event)
    version.text = written()
  }
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

function writeArrival(event: EventRecord): void {
  writeBar()
  writeTime(event.arrivedAt)
  writeBar()
  writeText(event.eventId)
}

function writeProgress(event: ResponseEvent): void {
  const { status, data } = event.response
  writeBar()
  writeText(RANK[status])
  writeBar()
  writeText(String(Math.min(countLeaves(data), MOST_ANSWERS)).padStart(6, '0'))
  writeBar()
  writeTime(event.lastSeenAt ?? '')
  writeArrival(event)
}

function writeEarlierArrival(event: EventRecord): void {
  writeBar()
  writeTime(event.arrivedAt, '9876543210')
  writeBar()
  writeText(event.eventId, 'fedcba9876543210')
}
