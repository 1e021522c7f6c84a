/** Columns without a type, and what came for them since they were counted: whether it may be enough for one. */
import type { Row, Table } from '../../../schemas/spec.ts'
import { responseAnswers, responseNoneChosen } from '../../../schemas/tables/answers.ts'
import { respondents, responses } from '../../../schemas/tables/responses.ts'
import type { RowBatch } from '../../flatten/rows.ts'
import { rowsOf } from '../batch.ts'
import { ENOUGH } from '../column-types.ts'
import type { Settled } from '../novelty.ts'

/**
 * Counting an attribute reads all respondents. So it waits for so many new ones, as a share of those that were counted; and for ENOUGH
 * at least.
 */
const GROWTH = 0.1

/** How many more answers give an open column its type. */
interface Left {
  answers: number
  readonly isMixed: boolean
}

interface OpenAttribute {
  /** How many more respondents with it give it its type. */
  left: number
  /** How many respondents there must have been before it is counted again. */
  readonly due: number
}

export interface OpenColumns {
  /** An item that is new, which has no type. */
  add(place: readonly string[]): void
  hasAttribute(attribute: readonly string[]): boolean
  /** Forms with a column that may now be given its type, or have another one. @param isMixed whether it has values of several kinds */
  fedBy(batch: RowBatch, isMixed: (place: readonly string[]) => boolean): Iterable<string>
  /**
   * Forms with an attribute that may now be given its type.
   * @param came attributes that respondents in the batch had, each with its form
   */
  grownBy(batch: RowBatch, came: Iterable<readonly [form: string, attribute: readonly string[]]>): Iterable<string>
  settle(settled: Settled): void
}

export function createOpenColumns(): OpenColumns {
  const items = createOpenItems()
  const attributes = createOpenAttributes()
  return {
    add: items.add,
    hasAttribute: attributes.has,
    fedBy: items.fedBy,
    grownBy: attributes.grownBy,
    settle(settled) {
      items.settle(settled)
      attributes.settle(settled)
    },
  }
}

function createOpenItems() {
  /** By form, question and item. */
  const left = new Map<string, Map<string, Map<string, Left>>>()
  /** Forms with an item of several kinds: a response that comes again may take an answer away, and so turn its type. */
  const mixed = new Set<string>()

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
    *fedBy(batch: RowBatch, isMixed: (place: readonly string[]) => boolean): Iterable<string> {
      if (left.size === 0) return
      for (const form of mixed.size === 0 ? [] : countsByForm(rowsOf(batch, responses), responses).keys()) {
        if (mixed.has(form)) yield form
      }
      for (const table of [responseAnswers, responseNoneChosen]) {
        const [form, question, item] = ['form_uuid', 'question', 'item'].map((name) => columnAt(table, name))
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
    settle({ open, surveys }: Settled): void {
      for (const form of surveys === 'all' ? [...left.keys()] : surveys) {
        left.delete(form)
        mixed.delete(form)
      }
      for (const { formUuid, name, item, answers, isMixed } of open.items) {
        itemsOf(formUuid, name).set(item, { answers: ENOUGH - answers, isMixed })
        if (isMixed) mixed.add(formUuid)
      }
    },
  }
}

function createOpenAttributes() {
  const attributes = new Map<string, OpenAttribute>()
  let seen = 0
  const keyOf = (attribute: readonly string[]) => JSON.stringify(attribute)

  return {
    has: (attribute: readonly string[]) => attributes.has(keyOf(attribute)),
    *grownBy(batch: RowBatch, came: Iterable<readonly [string, readonly string[]]>): Iterable<string> {
      if (attributes.size === 0) return
      const rows = rowsOf(batch, respondents)
      seen += rows.length
      const respondentsOf = countsByForm(rows, respondents)
      for (const [form, attribute] of came) {
        const open = attributes.get(keyOf(attribute))
        if (open === undefined) continue
        // As many as may have it: to know how many do, the JSON of each would have to be read.
        open.left -= respondentsOf.get(form) ?? 0
        if (open.left <= 0 && seen >= open.due) yield form
      }
    },
    settle({ open, surveys, respondents: counted = 0 }: Settled): void {
      if (surveys === 'all') attributes.clear()
      const due = seen + Math.max(ENOUGH, GROWTH * counted)
      for (const { scope, name, answers } of open.attributes) {
        attributes.set(keyOf([scope, name]), { left: ENOUGH - answers, due })
      }
    },
  }
}

function countsByForm(rows: readonly Row[], table: Table): Map<string, number> {
  const form = columnAt(table, 'form_uuid')
  const counts = new Map<string, number>()
  for (const row of rows) {
    const uuid = String(row[form])
    counts.set(uuid, (counts.get(uuid) ?? 0) + 1)
  }
  return counts
}

const columnAt = (table: Table, name: string) => Object.keys(table.columns).indexOf(name)
