/**
 * Questions of forms, out of every event of a batch, also the superseded ones: their places, and the kinds of their values. So the
 * outcome does not depend on how events are cut into batches.
 */
import { KINDS } from '../../schemas/catalog-records.ts'
import type { JsonObject, JsonValue } from '../../schemas/records.ts'
import { questionItems, questions } from '../../schemas/tables/catalog.ts'
import { hasAnswer, leavesOf, noneChosenIn } from './answers.ts'
import { originOf } from './children.ts'
import type { IsContext } from './context.ts'
import { outputOf } from './output.ts'
import { typeOf } from './value.ts'
import { isNewer, type ResponseEvent, type Version } from './version.ts'

/** A place inside the answers to a question. */
interface Item {
  kinds: number
  isList: boolean
  hasSeveral: boolean
  position: number
  version: Version
}

interface Asked {
  readonly items: Map<string, Item>
  position: number
  seenBeforeAnswer: boolean
  version: Version
}

/** The entry of a name, made if it is new, with the version of the newest event that has it. */
function entryOf<T extends { version: Version }>(
  names: Map<string, T>,
  name: string,
  version: Version,
  make: (version: Version) => T,
): T {
  const kept = names.get(name)
  if (kept === undefined) {
    const made = make(version)
    names.set(name, made)
    return made
  }
  if (kept.version !== version && isNewer(version, kept.version)) kept.version = version
  return kept
}

const newItem = (version: Version): Item => ({ kinds: 0, isList: false, hasSeveral: false, position: 0, version })
const newQuestion = (version: Version): Asked => ({ items: new Map(), position: 0, seenBeforeAnswer: false, version })

export function questionRows(isContext: IsContext) {
  const forms = new Map<string, Map<string, Asked>>()
  return {
    add(event: ResponseEvent, formUuid: string, data: JsonObject, version: Version): void {
      const names = forms.get(formUuid) ?? new Map<string, Asked>()
      forms.set(formUuid, names)
      const isEarly = isBeforeAnswer(event)
      let position = 0
      for (const question in data) {
        if (isContext(question)) continue
        const value = data[question] ?? null
        const asked = entryOf(names, question, version, newQuestion)
        if (position > asked.position) asked.position = position
        position += 1
        noteItems(asked.items, question, value, version)
        if (isEarly) asked.seenBeforeAnswer ||= hasAnswer(value)
      }
    },
    rows() {
      const out = { questions: outputOf(questions), question_items: outputOf(questionItems) }
      for (const [formUuid, names] of forms) {
        for (const [question, { items, position, seenBeforeAnswer, version }] of names) {
          let kinds = 0
          let isList = false
          for (const [item, seen] of items) {
            kinds |= seen.kinds
            isList ||= seen.isList
            const { version: ofItem, position: bodyPosition, ...rest } = seen
            out.question_items.put({ ...rest, ...originOf(ofItem), formUuid, question, item, bodyPosition })
          }
          const states = { kinds, isList, bodyPosition: position, seenBeforeAnswer }
          out.questions.put({ ...states, ...originOf(version), formUuid, question })
        }
      }
      return { questions: out.questions.rows, question_items: out.question_items.rows }
    },
  }
}

/** The trigger of showing a survey. Refiner may send others for a part of the answers, without times. */
const SHOWING = 'Saw Survey'

/** Refiner tells by these times when something was answered. */
function isBeforeAnswer({ triggeredEvent, response }: ResponseEvent): boolean {
  const { firstDataReceptionAt, lastDataReceptionAt, completedAt } = response
  const isUndated = firstDataReceptionAt === null && lastDataReceptionAt === null && completedAt === null
  return isUndated && triggeredEvent === SHOWING
}

function noteItems(items: Map<string, Item>, question: string, value: JsonValue, version: Version): void {
  if (value === null) return
  if (typeof value !== 'object') {
    noteLeaf(items, { item: '', isList: false, choice: 0, sent: value }, 0, version)
    return
  }
  const data = { [question]: value }
  let position = -1
  let last: string | undefined
  for (const leaf of leavesOf(data)) {
    if (leaf.item !== last) position += 1
    last = leaf.item
    noteLeaf(items, leaf, position, version)
  }
  for (const { item } of noneChosenIn(data)) itemOf(items, item, position + 1, version).isList = true
}

interface Leaf {
  readonly item: string
  readonly isList: boolean
  readonly choice: number
  readonly sent: string | number | boolean
}

/** Blank text is no answer, and makes no column. */
function noteLeaf(
  items: Map<string, Item>,
  { item, isList, choice, sent }: Leaf,
  position: number,
  version: Version,
): void {
  const type = typeOf(sent)
  if (type === null) return
  const seen = itemOf(items, item, position, version)
  seen.kinds |= KINDS[type]
  seen.isList ||= isList
  seen.hasSeveral ||= choice > 0
}

function itemOf(items: Map<string, Item>, name: string, position: number, version: Version): Item {
  const item = entryOf(items, name, version, newItem)
  if (position > item.position) item.position = position
  return item
}
