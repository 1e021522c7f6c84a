/** What there is to export. */
import type { FormerName, Source } from '../destinations/source.ts'

export interface Exportable {
  readonly kind: 'survey' | 'view' | 'table'
  readonly name: string
  /** null when it cannot be told, as of a view of the user's that no longer works. */
  readonly rows: number | null
  /** What a survey is called; null for others. */
  readonly title: string | null
  /** Names that it had, the newest first; of others none. */
  readonly formerly: readonly string[]
}

/** Surveys first, then views, then tables. */
export async function listExportable(source: Source, signal: AbortSignal): Promise<Exportable[]> {
  const byView = new Map((await source.surveys(signal)).map((survey) => [survey.view, survey]))
  const former = Map.groupBy(await source.formerNames(signal), ({ formUuid }) => formUuid)
  const counts = await source.counts(signal)
  const all = (await source.relations(signal)).map(({ name, kind }): Exportable => {
    const rows = counts.get(name) ?? null
    const survey = byView.get(name)
    if (survey === undefined) return { kind, name, rows, title: null, formerly: [] }
    return { kind: 'survey', name, rows, title: survey.name, formerly: namesOf(former.get(survey.formUuid) ?? []) }
  })
  const order = ['survey', 'view', 'table']
  return all.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
}

const namesOf = (former: readonly FormerName[]) =>
  former.toSorted((one, other) => ((one.lastOn ?? '') > (other.lastOn ?? '') ? -1 : 1)).map(({ name }) => name)
