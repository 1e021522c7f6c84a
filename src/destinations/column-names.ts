/**
 * Names for views and columns, made from names that Refiner or its users chose: lower snake case in ASCII, unique whatever the case,
 * and none that needs care in SQL. A name is given once and kept (schemas/tables/views.ts); of two that would be the same, the
 * later one gets a suffix that is derived from what it stands for.
 */
import { hash } from 'node:crypto'
import type { GivenName } from '../../schemas/tables/views.ts'

/** What a name stands for. */
export type Named = Pick<GivenName, 'scope' | 'formUuid' | 'name' | 'item'>

const LONGEST = 300
const SUFFIX = 8

/** Words that BigQuery or DuckDB reserve: quoted they could be names, but who writes a query by hand forgets to. */
const RESERVED = new Set(
  `all analyse analyze and any array as asc assert_rows_modified asymmetric at between both by case cast check collate column constraint
  contains create cross cube current default deferrable define desc describe distinct do else end enum escape except exclude exists extract
  false fetch following for foreign from full group grouping groups hash having if ignore in initially inner intersect interval into is
  join lambda lateral leading left like limit lookup merge natural new no not null nulls of offset on only or order outer over partition pivot
  placing preceding primary proto qualify range recursive references respect returning right rollup rows select set show some struct
  summarize symmetric tablesample then to trailing treat true unbounded union unique unnest unpivot using variadic when where window
  with within`.split(/\s+/),
)

/** Lower snake case in ASCII; '' when nothing of the name is left. */
export function snakeCase(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
}

/**
 * A name that is not taken yet.
 * @param base what it would be called best, in snake case
 */
export function giveName(named: Named, base: string, isTaken: (name: string) => boolean): string {
  const plain = /^\d/.test(base) ? `_${base}` : base
  const fits = plain !== '' && plain.length <= LONGEST && !RESERVED.has(plain) && !isTaken(plain)
  return fits ? plain : suffixed(named, plain, isTaken)
}

function suffixed({ scope, formUuid, name, item }: Named, base: string, isTaken: (name: string) => boolean): string {
  const digest = hash('sha256', JSON.stringify([scope, formUuid, name, item]), 'hex')
  const start = base === '' ? scope : base.slice(0, LONGEST - SUFFIX - 1)
  // As long as it takes, should even the digest's start be taken.
  for (let length = SUFFIX; length < digest.length; length += 1) {
    const candidate = `${start.slice(0, LONGEST - length - 1)}_${digest.slice(0, length)}`
    if (!isTaken(candidate)) return candidate
  }
  throw new Error(`name a column: every name derived from ${base} is taken`)
}
