/** What is kept of a body, and its id. Of the content alone, so that a redelivery is the same event. */
import { eventId } from '../buffer/buffer.ts'

export interface Content {
  /** By `eventId`. */
  readonly id: string
  readonly body: Uint8Array
}

/** As an event: with or without a byte order mark it is the same one. */
export function contentOf(body: Uint8Array): Content {
  const text = withoutMark(body)
  return { id: eventId(text), body: text }
}

const MARK = [0xef, 0xbb, 0xbf]

/** Some systems put a mark before UTF-8. It says nothing, and may be ignored (RFC 8259, section 8.1). */
export function withoutMark(body: Uint8Array): Uint8Array {
  return MARK.every((byte, at) => body[at] === byte) ? body.subarray(MARK.length) : body
}
