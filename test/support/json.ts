/** Any JSON, and such that someone might send to do harm. */
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../schemas/records.ts'
import { parseExactly } from '../../src/flatten/exact.ts'

const names = [
  '__proto__',
  'constructor',
  'toString',
  '',
  'select',
  '0',
  '1',
  'a.b',
  '[0]',
  '\\',
  '\n',
  '"',
  '😀',
  'a',
  'b',
]

/** Few and odd, so that they meet. */
export const key = fc.oneof(
  fc.constantFrom(...names),
  fc.string({ unit: fc.constantFrom('.', '[', ']', '\\', '0', 'a') }),
)

const texts = ['', '9', '007', 'true', '2020-02-30', '2020-01-01 10:00:00', '\0', '\ud800', '12345678901234567890']

export const scalar: fc.Arbitrary<string | number | boolean | null> = fc.oneof(
  fc.constantFrom(...texts),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)

const { value } = fc.letrec<{ value: JsonValue; list: JsonValue[]; object: JsonObject }>((tie) => ({
  value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, scalar, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: objectOf(tie('value')),
}))

export const jsonValue: fc.Arbitrary<JsonValue> = value
export const jsonObject: fc.Arbitrary<JsonObject> = objectOf(value)

/** By entries, so that `__proto__` is a key like any other. */
function objectOf(values: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  return fc.array(fc.tuple(key, values), { maxLength: 6 }).map((entries) => Object.fromEntries(entries))
}

/** What a JSON text says, also where JSON.parse takes an escaped name for another (see src/flatten/exact.ts). */
export function readJson(json: string): JsonValue | undefined {
  return parseExactly(`{"value":${json}}`).value['value']
}
