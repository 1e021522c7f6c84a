/** Names of forms, segments and tags: the newest one of each, and all that it ever had. */
import type { EverNamed, NamedState } from '../../schemas/catalog-records.ts'
import type { Row, Table } from '../../schemas/spec.ts'
import { names } from '../../schemas/tables/catalog.ts'
import { originOf } from './children.ts'
import { outputOf } from './output.ts'
import { isNewer, type Version } from './version.ts'

interface Named {
  name: string | null
  version: Version
}

/** Forms, segments or tags. */
export function namedRows(table: Table<NamedState>) {
  const known = new Map<string, Named>()
  return {
    add(uuid: string, name: string | null, version: Version): void {
      const kept = known.get(uuid)
      if (kept === undefined) {
        known.set(uuid, { name, version })
      } else if (isNewer(version, kept.version)) {
        kept.name = name
        kept.version = version
      }
    },
    rows(): readonly Row[] {
      const out = outputOf(table)
      for (const [uuid, { name, version }] of known) {
        out.put({ uuid, name, projectUuid: version.event.projectUuid, ...originOf(version) })
      }
      return out.rows
    },
  }
}

/** By kind, uuid and name: the newest event that has the name. */
export function namesRows() {
  const kinds = { form: new Map(), segment: new Map(), tag: new Map() } satisfies Record<string, Uuids>
  return {
    add(kind: EverNamed['kind'], uuid: string, name: string, version: Version): void {
      const uuids: Uuids = kinds[kind]
      let known = uuids.get(uuid)
      if (known === undefined) {
        known = new Map()
        uuids.set(uuid, known)
      }
      const kept = known.get(name)
      if (kept === undefined || isNewer(version, kept)) known.set(name, version)
    },
    rows(): readonly Row[] {
      const out = outputOf(names)
      for (const kind of ['form', 'segment', 'tag'] as const) {
        const uuids: Uuids = kinds[kind]
        for (const [uuid, known] of uuids) {
          for (const [name, version] of known) out.put({ kind, uuid, name, ...originOf(version) })
        }
      }
      return out.rows
    },
  }
}

type Uuids = Map<string, Map<string, Version>>
