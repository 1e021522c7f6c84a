import test from 'ava'
import fc from 'fast-check'
import { findJsonError } from '../../src/receiver/json-error.ts'
import { jsonValue } from '../support/json.ts'

/** The place as `line:column found`, and the problem. */
function told(text: string): [place: string, problem: string] | undefined {
  const error = findJsonError(text)
  return error && [`${error.line}:${error.column} ${error.found ?? 'the end'}`, error.problem]
}

const NOT_JSON: readonly [text: string, place: string, problem: RegExp][] = [
  ['', '1:1 the end', /^expected a value; it was cut short$/],
  [' \n ', '2:2 the end', /^expected a value/],
  ['{"a":1,}', '1:7 ,', /^no comma may follow the last property of an object; remove it$/],
  ['[1,\n]', '1:3 ,', /^no comma may follow the last element of a list; remove it$/],
  ['[,]', '1:2 ,', /^expected a value or "]"$/],
  ['[1,,2]', '1:4 ,', /^expected a value$/],
  ['{,}', '1:2 ,', /^expected a property name in double quotes or "}"$/],
  ['{"a":}', '1:6 }', /^expected a value$/],
  ['{"a" 1}', '1:6 1', /^expected ":" after a property name$/],
  ['{"a":1 "b":2}', '1:8 "', /^expected "," or "}"$/],
  ['[1 2]', '1:4 2', /^expected "," or "]"$/],
  ['[1}', '1:3 }', /^expected "," or "]"$/],
  ['{"a":1', '1:7 the end', /^expected "," or "}"; it was cut short$/],
  ['{a:1}', '1:2 a', /^expected a property name in double quotes or "}"$/],
  ["{'a':1}", "1:2 '", /double quotes only$/],
  ['{} // no', '1:4 /', /^expected nothing more after the end of the JSON; JSON takes no comments$/],
  ['{}{}', '1:3 {', /^expected nothing more/],
  ['[]]', '1:3 ]', /^expected nothing more/],
  ['\ufeff{}', '1:1 U+FEFF', /leave out the byte order mark$/],
  ['nul', '1:1 n', /^expected a value$/],
  ['NaN', '1:1 N', /^expected a value$/],
  ['trueish', '1:5 i', /^expected nothing more/],
  ['"a', '1:3 the end', /^a string is not closed/],
  ['"a\\', '1:4 the end', /^a string is not closed/],
  ['"a\nb"', '1:3 U+000A', /^a control character/],
  ['"\\x"', '1:3 x', /^there is no such escape/],
  ['"\\u12g4"', '1:6 g', /^expected four hex digits/],
  ['"\\u12', '1:6 the end', /^expected four hex digits/],
  ['-', '1:2 the end', /^expected a digit after the minus sign$/],
  ['+1', '1:1 +', /^expected a value$/],
  ['.5', '1:1 .', /^expected a value$/],
  ['007', '1:2 0', /^a number does not begin with 0/],
  ['1.', '1:3 the end', /^expected a digit after the decimal point$/],
  ['1e+', '1:4 the end', /^expected a digit in the exponent$/],
  ['[\r\n1,\r2,\n\u20283;]', '4:1 U+2028', /^expected a value$/],
  ['{"😀": 😀}', '1:7 😀', /^expected a value$/],
  ['[\u0000]', '1:2 U+0000', /^expected a value or "]"$/],
]

for (const [text, place, problem] of NOT_JSON) {
  test(`in ${JSON.stringify(text)} the mistake is found at ${JSON.stringify(place)}`, (t) => {
    t.throws(() => JSON.parse(text))
    const [at, why] = told(text) ?? ['nothing', '']
    t.is(at, place)
    t.regex(why, problem)
  })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const agrees = (text: string) => isJson(text) === (findJsonError(text) === undefined)

test('a text has a mistake exactly if JSON.parse refuses it: JSON that lost, gained or changed a character', (t) => {
  const pieces = [',', ':', '"', '{', '}', '[', ']', '\\', '0', '-', '.', 'e', 'u', 't', ' ', '\n', '\u0000', '\ufeff']
  const changed = fc
    .tuple(jsonValue, fc.nat(), fc.nat(2), fc.constantFrom(...pieces))
    .map(([value, place, drop, piece]) => {
      const text = JSON.stringify(value, null, place % 3)
      const at = place % (text.length + 1)
      return text.slice(0, at) + piece + text.slice(at + drop)
    })
  fc.assert(fc.property(changed, agrees), { numRuns: 3000 })
  t.pass()
})

test('a text has a mistake exactly if JSON.parse refuses it: any row of signs', (t) => {
  const signs = fc.string({ unit: fc.constantFrom(...Array.from('[]{},:"\\ue-+.019tfn \n')), maxLength: 8 })
  const words = fc.array(fc.constantFrom('[', ']', '{', '}', ',', ':', '"a"', '1', '-0.5e3', 'null', ' '))
  fc.assert(
    fc.property(
      fc.oneof(
        signs,
        words.map((list) => list.join('')),
      ),
      agrees,
    ),
    { numRuns: 5000 },
  )
  t.pass()
})

test('a mistake is found below a million brackets and after a megabyte of text', (t) => {
  t.like(findJsonError('['.repeat(1e6)), { line: 1, column: 1e6 + 1, found: null })
  t.like(findJsonError(`"${'x'.repeat(1e6)}`), { column: 1e6 + 2, found: null })
  t.like(findJsonError(`${'9'.repeat(1e6)}x`), { column: 1e6 + 1, found: 'x' })
})
