/** Collections that an owner carries, and the child rows that they become. */
import type { Attribute, Carried, JsonObject, Membership, NamedItem, Origin } from '../../schemas/records.ts'
import type { Output } from './output.ts'
import { typed } from './value.ts'
import { type Version, versionText } from './version.ts'

/** The event that a version comes from. */
export function originOf(version: Version): Origin {
  const { eventId, arrivedAt } = version.event
  return { eventId, arrivedAt, version: versionText(version) }
}

/** A collection by the version of the newest event that carried it. */
export function carried<T>(version: Version | undefined, value: T | undefined): Carried<T> {
  if (version === undefined) return { version: '', eventId: '', arrivedAt: '', value: undefined }
  return { ...originOf(version), value }
}

/** Scalars as sent, lists and objects as JSON text; null makes no row. */
export function putAttributes(output: Output<Attribute>, ownerUuid: string, attributes: Carried<JsonObject>): void {
  const { version, eventId, arrivedAt, value: values } = attributes
  for (const name in values) {
    const value = values[name]
    if (value === null || value === undefined) continue
    const {
      value: sent,
      number,
      boolean,
      date,
      timestamp,
    } = typed(typeof value === 'object' ? JSON.stringify(value) : value)
    output.put({ ownerUuid, name, value: sent, number, boolean, date, timestamp, eventId, arrivedAt, version })
  }
}

export function putMembers(
  output: Output<Membership>,
  ownerUuid: string,
  formUuid: string | null,
  { version, eventId, arrivedAt, value: items = [] }: Carried<readonly NamedItem[]>,
): void {
  for (const item of items) output.put({ ownerUuid, formUuid, item, eventId, arrivedAt, version })
}
