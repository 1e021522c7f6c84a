/** Whether loads brought a survey, question or attribute that views do not have yet. Views are made anew then, and never otherwise. */
import type { Cell, Row, Table } from '../../schemas/spec.ts'
import { attributes, forms, questionItems } from '../../schemas/tables/catalog.ts'
import type { RowBatch } from '../flatten/rows.ts'
import { rowsOf } from './batch.ts'
import { cellOf } from './merge.ts'

/** What views are made from; of a survey, its uuid first. */
const WATCHED: readonly (readonly [Table, readonly string[]])[] = [
  [forms, ['form_uuid', 'name']],
  [questionItems, ['form_uuid', 'question', 'item', 'value_type', 'is_list']],
  [attributes, ['scope', 'name', 'value_type']],
]

/** Of a survey only its newest name counts: it may get an old one back. */
const NEWEST = forms

/** Beyond it all is forgotten, and the next batch looks new: a hostile sender may invent names for ever. */
const MOST_KNOWN = 200_000

/** Surveys by uuid; `all` where an attribute is new, or where nothing is known of the warehouse yet. */
export type Surveys = ReadonlySet<string> | 'all'

export interface Novelty {
  /** Whose views may lack something; undefined when none does. `all` at first. */
  surveys(): Surveys | undefined
  /** Looks at a batch that was loaded. */
  notice(batch: RowBatch): void
  /** Views have all that was noticed. */
  settle(): void
}

export function createNovelty(): Novelty {
  const known = new Map<string, string>()
  let fresh = new Set<string>()
  let isAll = true
  const look = (table: Table, row: Row, columns: readonly string[]) => {
    const cells = columns.map((column): Cell => cellOf(table, row, column))
    const seen = JSON.stringify([table.name, ...cells])
    const place = table === NEWEST ? JSON.stringify([table.name, cells[0]]) : seen
    if (known.get(place) === seen) return
    known.set(place, seen)
    if (table === attributes) isAll = true
    else fresh.add(String(cells[0]))
  }
  return {
    surveys: () => (isAll ? 'all' : fresh.size > 0 ? fresh : undefined),
    notice(batch) {
      if (known.size > MOST_KNOWN) known.clear()
      for (const [table, columns] of WATCHED) for (const row of rowsOf(batch, table)) look(table, row, columns)
    },
    settle() {
      fresh = new Set()
      isAll = false
    },
  }
}
