/** Names of forms, segments and tags: the newest one of each, and all that it ever had. */
import type { EverNamed, NamedState } from '../../schemas/catalog-records.ts'
import type { Row, Table } from '../../schemas/spec.ts'
import { names } from '../../schemas/tables/catalog.ts'
import { originOf } from './children.ts'
import { outputOf } from './output.ts'
import { isNewer, type Version } from './version.ts'

/** Of one thing: the newest event that has each name. null is a name that was not sent. */
type Names = Map<string | null, Version>

/** Forms, segments or tags. */
export function namedRows(kind: EverNamed['kind'], table: Table<NamedState>) {
  const known = new Map<string, Names>()
  return {
    add(uuid: string, name: string | null, version: Version): void {
      let ofOne = known.get(uuid)
      if (ofOne === undefined) {
        ofOne = new Map()
        known.set(uuid, ofOne)
      }
      const kept = ofOne.get(name)
      if (kept === undefined || isNewer(version, kept)) ofOne.set(name, version)
    },
    rows(): { readonly newest: readonly Row[]; readonly ever: readonly Row[] } {
      const out = { newest: outputOf(table), ever: outputOf(names) }
      for (const [uuid, ofOne] of known) {
        let last: readonly [string | null, Version] | undefined
        for (const [name, version] of ofOne) {
          if (last === undefined || isNewer(version, last[1])) last = [name, version]
          if (name !== null) out.ever.put({ kind, uuid, name, ...originOf(version) })
        }
        if (last === undefined) continue
        const [name, version] = last
        out.newest.put({ uuid, name, projectUuid: version.event.projectUuid, ...originOf(version) })
      }
      return { newest: out.newest.rows, ever: out.ever.rows }
    },
  }
}
