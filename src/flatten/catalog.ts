/**
 * What surveys are made of, out of every event of a batch, also the superseded ones: names by the newest event, types
 * by the widest value. So the outcome does not depend on how events are cut into batches.
 */
import type { JsonObject, JsonValue, NamedState, ValueType } from '../../schemas/records.ts'
import type { Row, Table } from '../../schemas/spec.ts'
import { attributes, questionItems, questions } from '../../schemas/tables/catalog.ts'
import { leavesOf } from './answers.ts'
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
  version: Version
}

/** A place inside the answers to a question. Text holds everything: from then on values are not looked at. */
interface Item {
  type: ValueType | null
  isList: boolean
  version: Version
}

interface Asked {
  readonly items: Map<string, Item>
  version: Version
}

/** The entry of a name, made if it is new, with the version of the newest event that has it. */
function entryOf<T extends { version: Version }>(
  names: Map<string, T>,
  name: string,
  version: Version,
  make: () => T,
): T {
  const kept = names.get(name)
  if (kept === undefined) {
    const made = make()
    names.set(name, made)
    return made
  }
  if (kept.version !== version && isNewer(version, kept.version)) kept.version = version
  return kept
}

export function questionRows() {
  const forms = new Map<string, Map<string, Asked>>()
  return {
    add(formUuid: string, data: JsonObject, version: Version): void {
      const names = forms.get(formUuid) ?? new Map<string, Asked>()
      forms.set(formUuid, names)
      for (const question in data) {
        const { items } = entryOf(names, question, version, () => ({ items: new Map(), version }))
        noteItems(items, question, data[question] ?? null, version)
      }
    },
    rows() {
      const out = { questions: outputOf(questions), question_items: outputOf(questionItems) }
      for (const [formUuid, names] of forms) {
        for (const [question, { items, version }] of names) {
          let valueType: ValueType | null = null
          let isList = false
          for (const [item, seen] of items) {
            valueType = widest(valueType, seen.type)
            isList ||= seen.isList
            const ofItem = { eventId: seen.version.event.eventId, version: versionText(seen.version) }
            const { type, isList: itemIsList } = seen
            out.question_items.put({ formUuid, question, item, valueType: type, isList: itemIsList, ...ofItem })
          }
          const { eventId } = version.event
          out.questions.put({ formUuid, question, valueType, isList, eventId, version: versionText(version) })
        }
      }
      return { questions: out.questions.rows, question_items: out.question_items.rows }
    },
  }
}

function noteItems(items: Map<string, Item>, question: string, value: JsonValue, version: Version): void {
  if (value === null) return
  if (typeof value !== 'object') {
    noteItem(items, '', false, value, version)
    return
  }
  for (const { item, isList, sent } of leavesOf({ [question]: value })) noteItem(items, item, isList, sent, version)
}

type Scalar = string | number | boolean

function noteItem(items: Map<string, Item>, name: string, isList: boolean, sent: Scalar, version: Version): void {
  const item = entryOf(items, name, version, () => ({ type: typeOf(sent), isList, version }))
  if (item.type !== 'text') item.type = widest(item.type, typeOf(sent))
  item.isList ||= isList
}

export function attributeRows() {
  const scopes = { user: new Map<string, Seen>(), account: new Map<string, Seen>() }
  return {
    add(scope: 'user' | 'account', values: JsonObject, version: Version): void {
      note(scopes[scope], values, version)
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

/** Notes names and the types of their values. Names mostly come together, so that one comparison of versions answers for all of an event. */
function note(names: Map<string, Seen>, values: JsonObject, version: Version): void {
  let compared = version
  let newer = false
  for (const name in values) {
    let seen = names.get(name)
    if (seen === undefined) {
      seen = { type: null, version }
      names.set(name, seen)
    } else if (seen.version !== compared) {
      compared = seen.version
      newer = isNewer(version, compared)
    }
    if (newer) seen.version = version
    const value = values[name]
    if (value !== null && value !== undefined && seen.type !== 'text') seen.type = widest(seen.type, typeOf(value))
  }
}
