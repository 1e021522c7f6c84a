/**
 * What identifies a person is not shown in aggregates: names of questions and attributes that ask for it, values that have the form of
 * an address, a phone number or an identifier, and values that one person alone has, or few where such values are many (`isRare`). What is
 * not shown is counted, as OTHER. The setting IDENTIFYING_KEYS adds to it and takes away.
 */
import { patternOf, withExceptions } from '../patterns.ts'
import { IDENTIFYING_VALUE } from './anonymity/values.ts'
import type { Dialect, Sql } from './dialect.ts'
import type { ModelOptions } from './spec.ts'

/** Words that ask for a person, as regular expressions in lower case. */
const WORDS = [
  'e[ _-]?mails?',
  'e[ _-]?mail[ _-]?address',
  'phones?',
  'phone[ _-]?(number|no)',
  'telephone',
  'mobile[ _-]?(number|phone)',
  'whats[ _-]?app',
  'fax',
  '(first|last|full|user|display|given|family|middle|nick|sur|maiden|contact|customer|client)[ _-]?names?',
  'surname',
  '(home|street|postal|mailing|billing|shipping|ip)?[ _-]?address',
  'ip',
  'birth[ _-]?(day|date)',
  'date[ _-]?of[ _-]?birth',
  'ssn',
  'passport',
  'iban',
  'linked[ _-]?in',
  'login',
  'avatar',
  'signature',
]
const WHOLE = ['name', 'names', 'your name', 'your_name', 'mail', 'tel', 'contact', 'who']

/** A word between other words, separated by signs or by capitals (`userEmail`). */
const word = (body: string) => `(^|[^A-Za-z])(?i:${body})([^A-Za-z]|$)|[a-z0-9]${capital(body)}([^a-z]|$)`
const capital = (body: string) => (/^[a-z]/.test(body) ? body.charAt(0).toUpperCase() + body.slice(1) : `(?i:${body})`)

/** RE2, and JavaScript as well. Matches names that ask for a person. */
export const IDENTIFYING_NAME = `^(?i:${WHOLE.join('|')})$|${WORDS.map(word).join('|')}`

/** What stands in aggregates for values that may identify a person, all together. */
export const OTHER = '(other)'

/** From so many values of one person each on, an attribute or a question may be one of free texts. */
export const OWN_VALUES = 5
/** So many people share a free text before it is shown. It is the usual least size of groups in surveys of staff, and in statistics of 3 to 10. */
export const FEW_PEOPLE = 5

const split = ({ identifyingKeys }: ModelOptions) => {
  const { patterns, exceptions } = withExceptions(identifyingKeys)
  return { added: patterns, removed: exceptions }
}

/** Whether a name asks for a person; `undefined` where the settings say that it does not, whatever its values are. */
export function identifies(name: string, options: ModelOptions): boolean | undefined {
  const { added, removed } = split(options)
  if (new RegExp(patternOf(removed), 'isu').test(name)) return undefined
  return [patternOf(added), `(?-i:${IDENTIFYING_NAME})`, IDENTIFYING_VALUE].some((one) =>
    new RegExp(one, 'isu').test(name),
  )
}

/**
 * A condition: no name asks for a person, or the settings say that it does not.
 * @param names the one that the settings know, and others that belong to it
 */
export function isNobody(sql: Dialect, names: readonly [Sql, ...Sql[]], options: ModelOptions): Sql {
  return unlessRemoved(sql, names[0], namesNobody(sql, names, options), options)
}

/**
 * A condition: neither a name nor the value identifies anyone.
 * @param isPlain a condition by which no answer does, whatever it is called. @param isExempt a condition by which no value does
 */
export function isAnonymous(
  sql: Dialect,
  names: readonly [Sql, ...Sql[]],
  { value, isPlain, isExempt }: { readonly value: Sql; readonly isPlain: Sql; readonly isExempt: Sql },
  options: ModelOptions,
): Sql {
  const byName = namesNobody(sql, names, options, isPlain)
  const byValue = `(${isExempt} OR NOT ${sql.matches(value, IDENTIFYING_VALUE)})`
  return unlessRemoved(sql, names[0], `${byName} AND ${byValue}`, options)
}

/** A condition: the name itself is no address, number or identifier, as keys of a nested answer may be. */
export const isNoValue = (sql: Dialect, name: Sql): Sql => `NOT ${sql.matches(name, IDENTIFYING_VALUE)}`

const BUILT_IN = `${IDENTIFYING_NAME}|${IDENTIFYING_VALUE}`

/** What the settings add identifies, whatever its answers are. @param isPlain as in isAnonymous */
function namesNobody(sql: Dialect, names: readonly Sql[], options: ModelOptions, isPlain = 'FALSE'): Sql {
  const { added } = split(options)
  const none = (pattern: string) => names.map((name) => `NOT ${sql.matches(name, pattern)}`).join(' AND ')
  const builtIn = isPlain === 'FALSE' ? none(BUILT_IN) : `(${isPlain} OR ${none(BUILT_IN)})`
  return added.length === 0 ? builtIn : `${builtIn} AND ${none(`(?is)${patternOf(added)}`)}`
}

const unlessRemoved = (sql: Dialect, name: Sql, condition: Sql, options: ModelOptions): Sql =>
  split(options).removed.length === 0 ? condition : `(${isRemoved(sql, name, options)} OR ${condition})`

/**
 * Windows over the values of an attribute or a question, that `isRare` reads.
 * @param people who has a value, in its row @param keys what tells one attribute or question from another
 */
export const valueCounts = (people: Sql, keys: Sql): Sql => {
  const all = `OVER (PARTITION BY ${keys})`
  return `COUNT(CASE WHEN ${people} = 1 THEN 1 END) ${all} AS own,
    SUM(CASE WHEN ${people} < ${FEW_PEOPLE} THEN ${people} ELSE 0 END) ${all} AS few_people`
}

/**
 * A condition: one person alone has the value; or fewer than FEW_PEOPLE, and it is among free texts: of those with such a value, half or more
 * have one of their own. Values that more people share say nothing of the others: they may be placeholders such as `-` and `N/A`.
 * @param row with the aggregates of `valueCounts`
 */
export const isRare = (people: Sql, row: string): Sql =>
  `(${people} <= 1 OR ${people} < ${FEW_PEOPLE} AND ${row}.own >= ${OWN_VALUES} AND 2 * ${row}.own >= ${row}.few_people)`

/** ` AND NOT` the settings say of the name that it identifies nobody; '' where they say it of none. */
export const unlessKnown = (sql: Dialect, name: Sql, options: ModelOptions): Sql =>
  split(options).removed.length === 0 ? '' : ` AND NOT ${isRemoved(sql, name, options)}`

const isRemoved = (sql: Dialect, name: Sql, options: ModelOptions) =>
  sql.matches(name, `(?is)${patternOf(split(options).removed)}`)
