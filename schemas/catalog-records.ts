/** What flattening knows of forms, questions and attributes, out of every event: the sources of the catalog tables. */
import type { Origin, ValueType } from './records.ts'

/** A form, a segment or a tag: known by its newest name. */
export interface NamedState extends Origin {
  readonly uuid: string
  readonly name: string | null
  readonly projectUuid: string | null
}

/** A name that a form, a segment or a tag was ever sent with. */
export interface EverNamed extends Origin {
  readonly kind: 'form' | 'segment' | 'tag'
  readonly uuid: string
  readonly name: string
}

/** Kinds of values, as bits: a set of them is their sum. */
export const KINDS = { number: 1, boolean: 2, date: 4, timestamp: 8, text: 16 } as const satisfies Record<
  ValueType,
  number
>

/** Kinds of values that were seen, as the sum of their KINDS. */
export interface Seen {
  readonly kinds: number
}

/** The one type of a set of kinds; `text` holds several; null: nothing was seen. */
export function widestOf(kinds: number): ValueType | null {
  if (kinds === 0) return null
  for (const type of ['number', 'boolean', 'date', 'timestamp'] as const) if (kinds === KINDS[type]) return type
  return 'text'
}

/** A question of a form. */
export interface QuestionState extends Origin, Seen {
  readonly formUuid: string
  readonly question: string
  readonly isList: boolean
  /** Its place among the keys of a response's data, from 0; of several places the last one. */
  readonly bodyPosition: number
  /** Whether an event of a response to which nothing had been answered had a value for it. */
  readonly seenBeforeAnswer: boolean
}

/** A place inside the answers to a question: '' for a plain one, and one for each row of a matrix. */
export interface QuestionItemState extends Origin, Seen {
  readonly formUuid: string
  readonly question: string
  readonly item: string
  readonly isList: boolean
  /** Whether a list of two or more was ever sent. */
  readonly hasSeveral: boolean
  /** Its place among the leaves of an answer, from 0; of several places the last one. */
  readonly bodyPosition: number
}

export interface AttributeState extends Origin, Seen {
  readonly scope: 'user' | 'account'
  readonly name: string
}

/** An attribute that respondents of a form had when they answered. */
export interface FormAttributeState extends AttributeState {
  readonly formUuid: string
}
