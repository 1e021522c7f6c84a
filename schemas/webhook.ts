/**
 * What Refiner sends, as far as the connector relies on it. Everything but `uuid` and `triggered_event` may be absent
 * or null, unknown keys are welcome, and UUIDs are opaque: the vendor's own sample holds one with 35 characters.
 * The schema is shallow on purpose: what the warehouse model takes in any shape is not looked into here. It checks and is
 * not used to parse: what it gives back lacks the unknown keys, which spares copying them.
 */
import { z } from 'zod'

const identifier = z.string().min(1)

/** Refiner's backend is PHP, where an empty object may arrive as `[]`: taken as absent. */
const emptyAsAbsent = (value: unknown) => (Array.isArray(value) && value.length === 0 ? undefined : value)

const subject = z.preprocess(emptyAsAbsent, z.object({ uuid: identifier }).nullish())

export const webhookSchema = z.object({
  /** Of the user, not of the event: no delivery has an id of its own. */
  uuid: identifier,
  /** "Saw Survey", "Completed Survey", … Other triggers exist; any non-empty text is accepted. */
  triggered_event: identifier,
  form: subject,
  response: subject,
  /** Present even where users are not grouped, and then possibly without a uuid. */
  account: z.preprocess(emptyAsAbsent, z.object({}).nullish()),
})

/** How deep a body may nest: an object or a list inside another is one level more. */
export const MAX_DEPTH = 100
