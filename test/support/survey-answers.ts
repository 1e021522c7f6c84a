/** Responses to one survey, each with its own uuid and time. */
import { FORM, USER } from './flattening.ts'

export interface Sent {
  readonly attributes?: object
  readonly account?: object
  readonly form?: object
  readonly response?: object
  /** How many seconds after its first state this one came. */
  readonly later?: number
}

const at = (seconds: number) =>
  new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString().slice(0, 19).replace('T', ' ')

/** The body of the nth response, from 0. */
export function answer(number: number, data: object, { later = 0, response, ...fields }: Sent = {}): object {
  const time = at(1000 * number + later)
  return {
    uuid: `${USER.slice(0, -4)}${(number + 4096).toString(16)}`,
    triggered_event: 'Completed Survey',
    form: { uuid: FORM, name: 'S' },
    ...fields,
    response: {
      uuid: uuidOf(number),
      first_shown_at: at(1000 * number),
      last_shown_at: at(1000 * number),
      first_data_reception_at: at(1000 * number),
      last_data_reception_at: time,
      completed_at: time,
      data,
      ...response,
    },
  }
}

/** The uuid of the nth response. */
export const uuidOf = (number: number): string => `18de5430-c64c-11ec-aa71-e1784a46${(number + 4096).toString(16)}`

/** So many responses, from the `from`th on. */
export const answers = (count: number, dataOf: (number: number) => object, from = 0): object[] =>
  Array.from({ length: count }, (_, index) => answer(from + index, dataOf(from + index)))
