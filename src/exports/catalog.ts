/** What there is to export. */
import type { Source } from '../destinations/source.ts'
import { PermanentError } from '../errors.ts'

export interface Exportable {
  readonly kind: 'survey' | 'view' | 'table'
  readonly name: string
  /** null when it cannot be told, as of a view of the user's that no longer works. */
  readonly rows: number | null
  /** What a survey is called; null for others. */
  readonly title: string | null
}

/** Surveys first, then views, then tables. */
export async function listExportable(source: Source): Promise<Exportable[]> {
  const surveys = new Map((await source.surveys()).map(({ view, name }) => [view, name]))
  const all: Exportable[] = []
  for (const { name, kind, columns } of await source.relations()) {
    const rows = await countOf(source, name, columns)
    if (surveys.has(name)) all.push({ kind: 'survey', name, rows, title: surveys.get(name) ?? null })
    else all.push({ kind, name, rows, title: null })
  }
  const order = ['survey', 'view', 'table']
  return all.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
}

async function countOf(source: Source, relation: string, columns: readonly string[]): Promise<number | null> {
  try {
    return await source.count({ relation, columns })
  } catch (error) {
    if (error instanceof PermanentError) return null
    throw error
  }
}
