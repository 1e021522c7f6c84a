/** What is kept of a body, and its id. Of the content alone, so that a redelivery is the same event. */
import { hash } from 'node:crypto'

export interface Content {
  /** 32 hex digits. */
  readonly id: string
  readonly body: Uint8Array
}

/** As an event: with or without a byte order mark it is the same one. */
export function contentOf(body: Uint8Array): Content {
  const text = withoutMark(body)
  return { id: idOf(text), body: text }
}

const ID_DIGITS = 32

export const idOf = (body: Uint8Array): string => hash('sha256', body, 'hex').slice(0, ID_DIGITS)

const MARK = [0xef, 0xbb, 0xbf]

/** Some systems put a mark before UTF-8. It says nothing, and may be ignored (RFC 8259, section 8.1). */
export function withoutMark(body: Uint8Array): Uint8Array {
  return MARK.every((byte, at) => body[at] === byte) ? body.subarray(MARK.length) : body
}
