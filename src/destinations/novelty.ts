/**
 * Whether loads brought what may change a view: a question, an attribute, a name, a place or a kind of value that is new, or so many answers
 * that an open column may be given its type. Views are made again then, and never otherwise.
 */
import { KINDS } from '../../schemas/catalog-records.ts'
import type { Cell, Row, Table } from '../../schemas/spec.ts'
import { formAttributes, forms, questionItems, questions } from '../../schemas/tables/catalog.ts'
import { responses } from '../../schemas/tables/responses.ts'
import type { RowBatch } from '../flatten/rows.ts'
import { rowsOf } from './batch.ts'
import type { Catalog } from './catalog.ts'
import { cellsIn } from './cells.ts'
import { createKnown } from './known.ts'
import { noteCatalog } from './refresh/known-catalog.ts'
import { createOpenColumns } from './refresh/open-columns.ts'

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

export interface OpenAttribute {
  readonly scope: 'user' | 'account'
  readonly name: string
  /** How many respondents had it when they were counted. */
  readonly answers: number
}

/** Columns whose types may still change. */
export interface Open {
  readonly items: readonly OpenItem[]
  readonly attributes: readonly OpenAttribute[]
}

/** What views were made by. */
export interface Settled {
  readonly open: Open
  /** Which of all columns `open` tells of. */
  readonly surveys: Surveys
  /** Of those surveys. */
  readonly catalog: Catalog
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

export function createNovelty(): Novelty {
  const known = createKnown()
  const open = createOpenColumns()
  let fresh = new Set<string>()
  let isAll = true

  const formOf = (cell: Cell) => String(cell ?? '')

  function noticeForms(batch: RowBatch): void {
    each(batch, forms, (cell) => {
      const [form, name] = [formOf(cell('form_uuid')), cell('name')]
      const version = String(cell('row_version') ?? '')
      if (known.isRenamed(form, name === null ? null : String(name), version)) fresh.add(form)
    })
    each(batch, questions, (cell) => {
      const place = [formOf(cell('form_uuid')), String(cell('question'))]
      const isEarly = cell('seen_before_answer') === true
      if (!known.hasMore('question', place, isEarly ? 1 : 0, cell('body_position'))) return
      if (isEarly) known.hasMore('early', place.slice(0, 1), 1)
      fresh.add(place[0] ?? '')
    })
    each(batch, questionItems, (cell) => {
      const place = [formOf(cell('form_uuid')), String(cell('question')), String(cell('item'))]
      if (!known.hasMore('item', place, flags(cell, ITEM_FLAGS), cell('body_position'))) return
      fresh.add(place[0] ?? '')
      open.add(place)
    })
  }

  function noticeAttributes(batch: RowBatch): void {
    const came: (readonly [string, readonly string[]])[] = []
    each(batch, formAttributes, (cell) => {
      const attribute = [String(cell('scope')), String(cell('name'))]
      const form = formOf(cell('form_uuid'))
      const kinds = flags(cell, KIND_COLUMNS)
      const isKnown = known.has('attribute', attribute)
      const isNewKind = known.hasMore('attribute', attribute, kinds)
      if (known.hasMoreIn(form, attribute, kinds)) fresh.add(form)
      // Its type is the same in all surveys.
      if (isKnown && isNewKind && open.hasAttribute(attribute)) isAll = true
      came.push([form, attribute])
    })
    for (const form of open.grownBy(batch, came)) fresh.add(form)
  }

  /** With its first dated response, a survey tells what came before anything was answered. */
  function noticeDated(batch: RowBatch): void {
    each(batch, responses, (cell) => {
      if (cell('first_data_reception_at') === null) return
      const form = [formOf(cell('form_uuid'))]
      if (known.hasMore('dated', form, 1) && known.has('early', form)) fresh.add(form[0] ?? '')
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
    },
    settle(settled) {
      open.settle(settled)
      if (settled.surveys === 'all') noteCatalog(known, settled.catalog)
      fresh = new Set()
      isAll = false
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
