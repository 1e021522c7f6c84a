/**
 * Whether a body is an event. Pure, and the only check that there is: what is replayed from the quarantine comes through
 * here too. Reasons and details hold nothing of the body but the one character at which it stops being JSON.
 */
import { isUtf8 } from 'node:buffer'
import { MAX_DEPTH, webhookSchema } from '../../schemas/webhook.ts'
import { withoutMark } from './content.ts'
import { findJsonError } from './json-error.ts'

export type Checked = { readonly ok: true } | Unfit

/** Why a body is no event, for its sender: 400 for what is not JSON, 422 for JSON that does not fit the schema. */
export interface Unfit {
  readonly ok: false
  readonly status: 400 | 422
  /** One sentence. */
  readonly reason: string
  /** What goes with it in the answer: the place in the text, or the issues. */
  readonly details: Readonly<Record<string, unknown>>
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

const FIT: Checked = { ok: true }

/** @param body as sent, inflated; a byte order mark before it is ignored, and counts in no line and column */
export function checkBody(body: Uint8Array): Checked {
  const unmarked = withoutMark(body)
  if (unmarked.length === 0) return malformed('the body is empty; send the event as JSON', {})
  if (!isUtf8(body)) return notUtf8(body)
  const text = textOf(unmarked)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return notJson(text)
  }
  if (isTooDeep(text, value)) {
    return unfit([{ path: [], message: `Invalid input: nested more than ${MAX_DEPTH} levels deep` }])
  }
  const checked = webhookSchema.safeParse(value)
  return checked.success ? FIT : unfit(checked.error.issues)
}

const textOf = (body: Uint8Array) => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()

function malformed(reason: string, details: Unfit['details']): Unfit {
  return { ok: false, status: 400, reason: `parse the body as JSON: ${reason}`, details }
}

function notJson(text: string): Unfit {
  const error = findJsonError(text)
  if (error === undefined) return malformed('it is not JSON', {})
  const { line, column, found, problem } = error
  const seen = found === null ? 'the body ends there' : `found ${JSON.stringify(found)}`
  return malformed(`line ${line}, column ${column}: ${seen}; ${problem}`, { line, column, found })
}

/** The first byte that does not come back when what could be decoded is encoded again. */
function notUtf8(body: Uint8Array): Unfit {
  const again = Buffer.from(textOf(body))
  let offset = 0
  while (body[offset] === again[offset]) offset++
  return malformed(`the bytes at offset ${offset} are not UTF-8; send the text encoded in UTF-8`, { offset })
}

/** Few brackets prove a small depth, and are counted much faster than a value is walked. */
function isTooDeep(text: string, value: unknown): boolean {
  return hasMoreBrackets(text, MAX_DEPTH) && isDeeper(value, MAX_DEPTH)
}

function hasMoreBrackets(text: string, most: number): boolean {
  let count = 0
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++count > most) return true
    }
  }
  return false
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const child of Object.values(value)) if (isDeeper(child, levels - 1)) return true
  return false
}

function unfit(found: readonly Issue[]): Unfit {
  const issues = found.map(({ path, message }) => ({ path, message }))
  const sentences = issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  return { ok: false, status: 422, reason: `check the event: ${sentences.join('; ')}`, details: { issues } }
}
