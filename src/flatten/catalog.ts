/**
 * What surveys are made of, out of every event of a batch, also the superseded ones: names by the newest event, types
 * by the widest value. So the outcome does not depend on how events are cut into batches.
 */
import type { JsonObject, JsonValue, NamedState, ValueType } from '../../schemas/records.ts'
import type { Row, Table } from '../../schemas/spec.ts'
import { attributes, questions } from '../../schemas/tables/catalog.ts'
import { isList } from './answers.ts'
import { outputOf } from './output.ts'
import { typeOf, widest } from './value.ts'
import { isNewer, type Version, versionText } from './version.ts'

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
        const { projectUuid, eventId } = version.event
        out.put({ uuid, name, projectUuid, eventId, version: versionText(version) })
      }
      return out.rows
    },
  }
}

interface Seen {
  type: ValueType | null
  isList: boolean
  version: Version
}

type Widen = (seen: Seen, value: JsonValue) => void

/**
 * Notes names and the types of their values. Text holds everything: from then on values are not looked at. Names
 * mostly come together, so that one comparison of versions answers for all of an event.
 */
function note(names: Map<string, Seen>, values: JsonObject, version: Version, widen: Widen): void {
  let compared = version
  let newer = false
  for (const name in values) {
    let seen = names.get(name)
    if (seen === undefined) {
      seen = { type: null, isList: false, version }
      names.set(name, seen)
    } else if (seen.version !== compared) {
      compared = seen.version
      newer = isNewer(version, compared)
    }
    if (newer) seen.version = version
    const value = values[name]
    if (value !== null && value !== undefined) widen(seen, value)
  }
}

export function questionRows() {
  const forms = new Map<string, Map<string, Seen>>()
  return {
    add(formUuid: string, data: JsonObject, version: Version): void {
      const names = forms.get(formUuid) ?? new Map<string, Seen>()
      forms.set(formUuid, names)
      note(names, data, version, widenQuestion)
    },
    rows(): readonly Row[] {
      const out = outputOf(questions)
      for (const [formUuid, names] of forms) {
        for (const [question, { type, isList, version }] of names) {
          const { eventId } = version.event
          out.put({ formUuid, question, valueType: type, isList, eventId, version: versionText(version) })
        }
      }
      return out.rows
    },
  }
}

function widenQuestion(seen: Seen, value: JsonValue): void {
  if (typeof value !== 'object' || value === null) {
    if (seen.type !== 'text') seen.type = widest(seen.type, typeOf(value))
  } else if (isList(value)) {
    if (value.length > 0) seen.isList = true
    for (const element of value) widenQuestion(seen, element)
  } else {
    for (const key in value) widenQuestion(seen, value[key] ?? null)
  }
}

export function attributeRows() {
  const scopes = { user: new Map<string, Seen>(), account: new Map<string, Seen>() }
  return {
    add(scope: 'user' | 'account', values: JsonObject, version: Version): void {
      note(scopes[scope], values, version, widenAttribute)
    },
    rows(): readonly Row[] {
      const out = outputOf(attributes)
      for (const scope of ['user', 'account'] as const) {
        for (const [name, { type, version }] of scopes[scope]) {
          out.put({ scope, name, valueType: type, eventId: version.event.eventId, version: versionText(version) })
        }
      }
      return out.rows
    },
  }
}

function widenAttribute(seen: Seen, value: JsonValue): void {
  if (seen.type !== 'text') seen.type = widest(seen.type, typeOf(value))
}
