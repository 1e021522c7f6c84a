/**
 * Whether loads brought what may change a view: a question, an attribute, a name, a place or a kind of value that is new, or so many answers
 * that an open column may be given its type. Views are made again then, and never otherwise.
 */
import { KINDS } from '../../schemas/catalog-records.ts'
import type { Cell, Row, Table } from '../../schemas/spec.ts'
import { responseAnswers, responseNoneChosen } from '../../schemas/tables/answers.ts'
import { formAttributes, forms, questionItems, questions } from '../../schemas/tables/catalog.ts'
import { respondents, responses } from '../../schemas/tables/responses.ts'
import type { RowBatch } from '../flatten/rows.ts'
import { rowsOf } from './batch.ts'
import { cellsIn } from './cells.ts'
import { ENOUGH } from './column-types.ts'
import { createKnown } from './known.ts'

/** Surveys by uuid; `all` where nothing is known of the warehouse yet, or the type of an attribute may change in all. */
export type Surveys = ReadonlySet<string> | 'all'

export interface OpenItem {
  readonly formUuid: string
  readonly name: string
  readonly item: string
  /** How many it had when they were counted. */
  readonly answers: number
  /** Whether it ever had values of several kinds, or lists. */
  readonly isMixed: boolean
}

/** Columns whose types may still change. */
export interface Open {
  readonly items: readonly OpenItem[]
  readonly attributes: readonly { readonly scope: 'user' | 'account'; readonly name: string }[]
}

/** What views were made by. */
export interface Settled {
  readonly open: Open
  /** Which of all columns `open` tells of. */
  readonly surveys: Surveys
  /** How many were counted for the types of open attributes; undefined: none of them was counted. */
  readonly respondents: number | undefined
}

export interface Novelty {
  /** Whose views may lack something; undefined when none does. `all` at first. */
  surveys(): Surveys | undefined
  /** Looks at a batch that was loaded. */
  notice(batch: RowBatch): void
  /** Views have all that was noticed. */
  settle(settled: Settled): void
}

const KIND_COLUMNS = Object.keys(KINDS).map((kind) => `seen_${kind}`)
const ITEM_FLAGS = [...KIND_COLUMNS, 'seen_several', 'is_list']

/** So many new respondents have a rare attribute counted again, at least; and never fewer than a tenth of those that were counted. */
const GROWTH = 0.1

export function createNovelty(): Novelty {
  const known = createKnown()
  const open = createOpen()
  let fresh = new Set<string>()
  let isAll = true

  const formOf = (cell: Cell) => String(cell ?? '')

  function noticeForms(batch: RowBatch): void {
    each(batch, forms, (cell) => {
      // Only the newest name counts: a survey may get an old one back.
      if (known.isOther('form', [formOf(cell('form_uuid'))], cell('name'))) fresh.add(formOf(cell('form_uuid')))
    })
    each(batch, questions, (cell) => {
      const place = [formOf(cell('form_uuid')), String(cell('question'))]
      const isEarly = cell('seen_before_answer') === true
      if (isEarly) known.isOther('early', place.slice(0, 1), true)
      const isNew = known.hasMore('question', place, isEarly ? 1 : 0, cell('body_position'))
      if (isNew) fresh.add(place[0] ?? '')
    })
    each(batch, questionItems, (cell) => {
      const place = [formOf(cell('form_uuid')), String(cell('question')), String(cell('item'))]
      if (!known.hasMore('item', place, flags(cell, ITEM_FLAGS), cell('body_position'))) return
      fresh.add(place[0] ?? '')
      open.add(place)
    })
  }

  function noticeAttributes(batch: RowBatch): void {
    each(batch, formAttributes, (cell) => {
      const attribute = [String(cell('scope')), String(cell('name'))]
      const form = formOf(cell('form_uuid'))
      const kinds = flags(cell, KIND_COLUMNS)
      const isKnown = known.has('attribute', attribute)
      const isNewKind = known.hasMore('attribute', attribute, kinds, null)
      if (known.hasMore('form attribute', [form, ...attribute], kinds, null)) fresh.add(form)
      // Its type is the same in all surveys.
      if (isKnown && isNewKind && open.hasAttribute(attribute)) isAll = true
    })
  }

  /** With its first dated response, a survey tells what came before anything was answered. */
  function noticeDated(batch: RowBatch): void {
    each(batch, responses, (cell) => {
      if (cell('first_data_reception_at') === null) return
      const form = [formOf(cell('form_uuid'))]
      if (known.isOther('dated', form, true) && known.has('early', form)) fresh.add(form[0] ?? '')
    })
  }

  return {
    surveys: () => (isAll ? 'all' : fresh.size > 0 ? fresh : undefined),
    notice(batch) {
      known.forgetIfMany()
      noticeForms(batch)
      noticeAttributes(batch)
      noticeDated(batch)
      for (const form of open.fedBy(batch, known.isMixed)) fresh.add(form)
      if (open.hasGrown(rowsOf(batch, respondents).length)) isAll = true
    },
    settle(settled) {
      open.settle(settled)
      fresh = new Set()
      isAll = false
    },
  }
}

/** How many more answers give an open column its type. */
interface Left {
  answers: number
  readonly isMixed: boolean
}

function createOpen() {
  /** By form, question and item. */
  const left = new Map<string, Map<string, Map<string, Left>>>()
  let attributes = new Set<string>()
  let [more, enough] = [0, Number.POSITIVE_INFINITY]

  const itemsOf = (form: string, question: string) => {
    const ofForm = left.get(form) ?? new Map<string, Map<string, Left>>()
    left.set(form, ofForm)
    const items = ofForm.get(question) ?? new Map<string, Left>()
    ofForm.set(question, items)
    return items
  }

  return {
    add([form = '', question = '', item = '']: readonly string[]): void {
      const items = itemsOf(form, question)
      if (!items.has(item)) items.set(item, { answers: ENOUGH, isMixed: false })
    },
    hasAttribute: (attribute: readonly string[]) => attributes.has(JSON.stringify(attribute)),
    /** Forms with a column that may now be given its type, or have another one. @param isMixed whether it has values of several kinds */
    *fedBy(batch: RowBatch, isMixed: (place: readonly string[]) => boolean): Iterable<string> {
      if (left.size === 0) return
      for (const table of [responseAnswers, responseNoneChosen]) {
        const [form, question, item] = ['form_uuid', 'question', 'item'].map((name) =>
          Object.keys(table.columns).indexOf(name),
        )
        for (const row of rowsOf(batch, table)) {
          const items = left.get(String(row[form ?? 0]))?.get(String(row[question ?? 0]))
          const still = items?.get(String(row[item ?? 0]))
          if (still === undefined) continue
          still.answers -= 1
          const place = [form, question, item].map((at) => String(row[at ?? 0]))
          if (still.answers <= 0 || still.isMixed || isMixed(place)) yield place[0] ?? ''
        }
      }
    },
    hasGrown(count: number): boolean {
      more += count
      return more >= enough
    },
    settle({ open, surveys, respondents: counted }: Settled): void {
      if (surveys === 'all') left.clear()
      else for (const form of surveys) left.delete(form)
      for (const { formUuid, name, item, answers, isMixed } of open.items) {
        itemsOf(formUuid, name).set(item, { answers: ENOUGH - answers, isMixed })
      }
      const found = open.attributes.map(({ scope, name }) => JSON.stringify([scope, name]))
      attributes = surveys === 'all' ? new Set(found) : new Set([...attributes, ...found])
      if (counted !== undefined) {
        more = 0
        enough = Math.max(ENOUGH, GROWTH * counted)
      }
      if (attributes.size === 0) enough = Number.POSITIVE_INFINITY
    },
  }
}

function flags(cell: (column: string) => Cell, columns: readonly string[]): number {
  let sum = 0
  for (const [at, column] of columns.entries()) if (cell(column) === true) sum += 2 ** at
  return sum
}

function each(batch: RowBatch, table: Table, look: (cell: (column: string) => Cell) => void): void {
  const rows = rowsOf(batch, table)
  if (rows.length === 0) return
  const reading = cellsIn(table)
  for (const row of rows satisfies readonly Row[]) look(reading(row))
}
