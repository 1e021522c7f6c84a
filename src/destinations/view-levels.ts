/** In which order views are made: each after those that it reads. */

/** A view's name, and its query. */
export interface Readable {
  readonly name: string
  readonly query: string
}

/**
 * Views in groups, of which each reads only views of the groups before it.
 * @param views each after those that it reads. @param relation a name as it stands in queries
 */
export function levelsOf<View extends Readable>(views: readonly View[], relation: (name: string) => string): View[][] {
  const levels: View[][] = []
  const read: { readonly relation: string; readonly level: number }[] = []
  for (const view of views) {
    const below = read.filter((one) => view.query.includes(one.relation)).map(({ level }) => level)
    const level = below.length === 0 ? 0 : Math.max(...below) + 1
    levels[level] = [...(levels[level] ?? []), view]
    // No view reads that of a survey.
    if (!view.name.startsWith('survey_') || view.name === 'survey_funnel')
      read.push({ relation: relation(view.name), level })
  }
  return levels
}
