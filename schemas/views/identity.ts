/**
 * What identifies a person stays out of aggregates: names of questions and attributes that ask for it, values that have the form of an
 * address, a phone number or an identifier, and what nearly every respondent has a value of their own of. The setting
 * IDENTIFYING_KEYS adds to it and takes away.
 */
import { patternOf, withExceptions } from '../patterns.ts'
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

/** RE2, and JavaScript as well. Matches values by which a person, or a thing of theirs, is found. */
export const IDENTIFYING_VALUE = [
  '[^\\s@]+@[^\\s@]+[.][^\\s@]+',
  // Phone numbers: of another country, in three groups, with a leading zero, or all digits. Not `1-10`, `201-1000` or `1500000`.
  '^\\s*([+(]|00)[0-9 ()./-]{6,}[0-9]\\s*$',
  '^\\s*[0-9]{3,5}([ .-][0-9]{3,5}){2,}\\s*$',
  '^\\s*0[0-9]{1,5}[ ./-]?[0-9]{5,}\\s*$',
  '^\\s*[0-9]{10,}\\s*$',
  '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  '^[0-9a-fA-F]{24,}$',
  '^[0-9]{1,3}([.][0-9]{1,3}){3}$',
].join('|')

/** From so many people on, it counts how many have a value of their own. */
const ENOUGH_PEOPLE = 10
const NEARLY_ALL = 0.9

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

/** A condition: nearly every one of the people has a value of their own. */
export function areOwn(sql: Dialect, name: Sql, own: Sql, people: Sql, options: ModelOptions): Sql {
  const all = `${people} >= ${ENOUGH_PEOPLE} AND ${own} >= ${NEARLY_ALL} * ${people}`
  return split(options).removed.length === 0 ? `(${all})` : `(${all} AND NOT ${isRemoved(sql, name, options)})`
}

/** ` OR` the settings say of the name that it identifies nobody; '' where they say it of none. */
export const isKnown = (sql: Dialect, name: Sql, options: ModelOptions): Sql =>
  split(options).removed.length === 0 ? '' : ` OR ${isRemoved(sql, name, options)}`

const isRemoved = (sql: Dialect, name: Sql, options: ModelOptions) =>
  sql.matches(name, `(?is)${patternOf(split(options).removed)}`)
