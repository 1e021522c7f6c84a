/** What changed in the columns of a view that is made again: people have built on them. New columns are no change. */
import type { View, ViewColumn } from '../../schemas/views/spec.ts'

/** @param before names and types of the columns that were there. @param typeOf the type that a column has in the destination */
export function changesTo(
  { name, columns }: Pick<View, 'name' | 'columns'>,
  before: readonly (readonly [column: string, type: string])[],
  typeOf: (column: ViewColumn) => string,
): string[] {
  return before.flatMap(([column, was]) => {
    const now = columns[column]
    if (now === undefined) return [`${name}.${column}: gone, was ${was}`]
    const type = typeOf(now)
    return type === was ? [] : [`${name}.${column}: ${type}, was ${was}`]
  })
}
