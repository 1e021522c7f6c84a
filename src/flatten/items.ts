/** Reads the segments of a user and the tags of a response: lists of things with a uuid and a name. */
import type { JsonValue, NamedItem, RejectedValue } from '../../schemas/records.ts'
import { type Cell, identifier, isObject, list, reject, text, time } from './fields.ts'
import { affords, type Budget } from './oversized.ts'
import { keyPath, positionPath } from './path.ts'
import type { SentItem } from './payload.ts'

/** The cells of one kind of list. Paths inside an element begin at the element. */
interface Kind {
  readonly list: Cell
  readonly element: Cell
  readonly name: Cell
  /** null where the table has no cell for it: then it is not read. */
  readonly createdAt: Cell | null
}

export const SEGMENTS: Kind = {
  list: { path: 'segments', table: 'user_segments', column: null },
  element: { path: '', table: 'user_segments', column: null },
  name: { path: '.name', table: 'user_segments', column: 'segment_name' },
  createdAt: { path: '.created_at', table: 'user_segments', column: 'entered_at' },
}

export const TAGS: Kind = {
  list: { path: 'response.tags', table: 'response_tags', column: null },
  element: { path: '', table: 'response_tags', column: null },
  name: { path: '.name', table: 'response_tags', column: 'tag_name' },
  createdAt: null,
}

/** Up to here, looking through a list is cheaper than a set. */
const FEW = 16

/** Each uuid once, as first listed. undefined for null, absent, what is no list and one that is too long: nothing is said about them then. */
export function readItems(
  sent: JsonValue | undefined,
  kind: Kind,
  budget: Budget,
  rejected: RejectedValue[],
): readonly NamedItem[] | undefined {
  const elements = list(sent, kind.list, rejected)
  if (elements === undefined || !affords(budget, elements.length, kind.list, rejected)) return undefined
  const keys = isObject(sent) ? Object.keys(sent) : undefined
  const items: NamedItem[] = []
  const seen = elements.length > FEW ? new Set<string>() : undefined
  for (let position = 0; position < elements.length; position++) {
    const before = rejected.length
    const item = readItem(elements[position] ?? null, kind, rejected)
    if (item !== null && !(seen?.has(item.uuid) ?? items.some(({ uuid }) => uuid === item.uuid))) {
      seen?.add(item.uuid)
      items.push(item)
    }
    if (rejected.length > before) placeInList(rejected, before, elementPath(kind.list.path, keys, position))
  }
  return items
}

function readItem(element: JsonValue, kind: Kind, rejected: RejectedValue[]): NamedItem | null {
  const sent: SentItem = isObject(element) ? element : {}
  const uuid = typeof sent.uuid === 'number' ? String(sent.uuid) : identifier(sent.uuid)
  if (uuid === '') return reject(element, kind.element, 'is no object with a uuid', rejected)
  const name = text(sent.name, kind.name, rejected)
  const createdAt = kind.createdAt === null ? null : time(sent.created_at, kind.createdAt, rejected)
  return { uuid, name, createdAt }
}

/** Paths are only built for what is rejected. */
function placeInList(rejected: RejectedValue[], from: number, path: string): void {
  for (const [offset, value] of rejected.slice(from).entries()) {
    rejected[from + offset] = { ...value, path: path + value.path }
  }
}

function elementPath(list: string, keys: readonly string[] | undefined, position: number): string {
  return keys === undefined ? positionPath(list, position) : keyPath(list, keys[position] ?? '')
}
