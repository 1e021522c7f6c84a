/** What there is to export. */
import type { Source } from '../destinations/source.ts'

export interface Exportable {
  readonly kind: 'survey' | 'view' | 'table'
  readonly name: string
  /** null when it cannot be told, as of a view of the user's that no longer works. */
  readonly rows: number | null
  /** What a survey is called; null for others. */
  readonly title: string | null
}

/** Surveys first, then views, then tables. */
export async function listExportable(source: Source, signal: AbortSignal): Promise<Exportable[]> {
  const surveys = new Map((await source.surveys(signal)).map(({ view, name }) => [view, name]))
  const counts = await source.counts(signal)
  const all = (await source.relations(signal)).map(({ name, kind }): Exportable => {
    const rows = counts.get(name) ?? null
    if (surveys.has(name)) return { kind: 'survey', name, rows, title: surveys.get(name) ?? null }
    return { kind, name, rows, title: null }
  })
  const order = ['survey', 'view', 'table']
  return all.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
}
