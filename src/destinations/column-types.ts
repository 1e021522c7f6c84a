/**
 * The type of a column, out of the answers that it has to hold. Pure, and the same whatever order they came in.
 *
 * - A column has lists if more than half of its answers were sent as lists; or exactly half, and one of them had several choices.
 * - Else its type is the one of number, boolean, date and timestamp that most answers fit, if at least half of them do; else text. Of two
 *   that as many fit, the narrower. A day fits no column of times, as it begins at another time in each zone. A list of one is its choice, a list of several fits none.
 * - From ENOUGH answers on the type is given, and kept in column_names: no later answer changes it, only a person does (COLUMN_TYPES).
 *
 * What does not fit is null there, and stands in a column of text beside it.
 */
import { KINDS, widestOf } from '../../schemas/catalog-records.ts'
import type { ValueType } from '../../schemas/records.ts'
import type { ColumnChoice } from '../../schemas/views/spec.ts'

/** Answers from which on a type is given. */
export const ENOUGH = 20

export interface ColumnType {
  readonly valueType: ValueType
  /** Whether it has lists of texts; valueType is `text` then. */
  readonly isList: boolean
}

/** How many answers a question or an attribute has now, and what they fit. */
export interface Counts {
  /** Those with a value. */
  readonly answers: number
  /** Empty lists. */
  readonly none: number
  /** Of `answers`, those that are known to have been sent as a list or not: a version before 0.2 did not note it. */
  readonly known: number
  readonly lists: number
  /** Lists of two or more. */
  readonly several: number
  /** Single values by type. */
  readonly numbers: number
  readonly booleans: number
  readonly dates: number
  readonly timestamps: number
  /** Single values that a score could count: a number, or one with what it means. */
  readonly scores: number
}

/** What was ever sent, also in events that are superseded. */
export interface Ever {
  /** The widest type. null: no value was seen. */
  readonly valueType: ValueType | null
  readonly isList: boolean
}

const LIST: ColumnType = { valueType: 'text', isList: true }

/** The type by today's answers. @param ever decides where there are none */
export function typeBy(counts: Counts | undefined, ever: Ever): ColumnType {
  if (counts === undefined || counts.answers + counts.none === 0) {
    return ever.isList ? LIST : { valueType: ever.valueType ?? 'text', isList: false }
  }
  return isListBy(counts, ever) ? LIST : { valueType: scalarBy(counts, ever), isList: false }
}

export const isEnough = ({ answers, none }: Counts): boolean => answers + none >= ENOUGH

/** An answer is not known to be a list or not where it is single, and an older version loaded it. */
function isListBy({ answers, none, known, lists, several }: Counts, ever: Ever): boolean {
  const sent = known + none
  // Of so many people who may choose several, one would have.
  if (sent === 0) return ever.isList && answers < ENOUGH
  const asLists = lists + none
  return 2 * asLists > sent || (2 * asLists === sent && several > 0)
}

function scalarBy({ answers, numbers, booleans, dates, timestamps }: Counts, ever: Ever): ValueType {
  if (answers === 0) return ever.valueType ?? 'text'
  const fitting: readonly (readonly [ValueType, number])[] = [
    ['boolean', booleans],
    ['number', numbers],
    ['date', dates],
    ['timestamp', timestamps],
  ]
  const most = Math.max(booleans, numbers, dates, timestamps)
  if (most === 0 || 2 * most < answers) return 'text'
  return fitting.find(([, count]) => count === most)?.[0] ?? 'text'
}

export const typeOfChoice = (choice: ColumnChoice): ColumnType =>
  choice === 'list' ? LIST : { valueType: choice, isList: false }

export const choiceOfType = ({ valueType, isList }: ColumnType): ColumnChoice => (isList ? 'list' : valueType)

/** How many of the answers stand in a column of the type. */
export function fittingIn({ valueType, isList }: ColumnType, counts: Counts): number {
  if (isList) return counts.answers
  const { answers, several, numbers, booleans, dates, timestamps } = counts
  const times = { date: dates, timestamp: timestamps }
  return { number: numbers, boolean: booleans, ...times, text: answers - several }[valueType]
}

/** Kinds of what was ever sent, as the sum of their bits. */
export const SEVERAL = 32

/** Kinds that stand in a column of the type. */
const FITTING: Readonly<Record<ValueType, number>> = {
  number: KINDS.number,
  boolean: KINDS.boolean,
  date: KINDS.date,
  timestamp: KINDS.timestamp,
  text: KINDS.number | KINDS.boolean | KINDS.date | KINDS.timestamp | KINDS.text,
}

/** Whether some of these kinds do not stand in a column of the type. */
export const hasMisfits = ({ valueType, isList }: ColumnType, kinds: number): boolean =>
  !isList && (kinds & ~FITTING[valueType]) !== 0

/** The kinds of today's answers. */
export function kindsIn(counts: Counts): number {
  const { answers, several, numbers, booleans, dates, timestamps } = counts
  const kinds = { number: numbers, boolean: booleans, date: dates, timestamp: timestamps }
  const texts = answers - several - numbers - booleans - dates - timestamps
  let sum = (several > 0 ? SEVERAL : 0) + (texts > 0 ? KINDS.text : 0)
  for (const kind of ['number', 'boolean', 'date', 'timestamp'] as const) if (kinds[kind] > 0) sum += KINDS[kind]
  return sum
}

/** Whether the kinds are all that was ever sent: a version before 0.2 noted only the widest type. */
export const areAllKinds = (kinds: number, { valueType }: Pick<Ever, 'valueType'>): boolean =>
  widestOf(kinds & ~SEVERAL) === valueType
