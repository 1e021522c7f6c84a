/** What the fake BigQuery says: values out of unknown JSON, and refusals as Google words them. */

/** In every message of the fake, as BigQuery's own may quote a row. It must never be told on. */
export const QUOTED = 'ada@example.com'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** An error as jobs and answers carry it. */
export const proto = (reason: string, words = '') => ({ reason, message: `${words || reason} near '${QUOTED}'` })

export class Refused extends Error {
  readonly answer: Answer

  constructor(status: number, reason: string) {
    super(`${status} ${reason}`)
    const error = proto(reason)
    this.answer = { status, body: { error: { code: status, message: error.message, errors: [error] } } }
  }
}

/** A refusal is an answer too. @throws anything else */
export function answerOf(error: unknown): Answer {
  if (error instanceof Refused) return error.answer
  throw error
}

/** What stands there in a JSON value; undefined if nothing does. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value
  for (const name of path) found = typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined
  return found
}

/** '' if there is no text. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

export function listAt(value: unknown, ...path: readonly string[]): unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}
