/** Version 1 UUIDs, as Refiner gives them: the time inside one is the creation of what it names. */
import type { Random } from './random.ts'

/** Seconds from 1582-10-15 to 1970-01-01. */
const GREGORIAN_EPOCH = 12_219_292_800
const STEPS_PER_SECOND = 10_000_000

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')

/** @param seconds since 1970; the part below a second is drawn, so that things of one second differ */
export function uuidAt(seconds: number, random: Random): string {
  const steps = BigInt(seconds + GREGORIAN_EPOCH) * BigInt(STEPS_PER_SECOND) + BigInt(random.below(STEPS_PER_SECOND))
  const low = Number(steps & 0xffff_ffffn)
  const high = Number(steps >> 32n)
  const middle = high & 0xffff
  const version = 0x1000 | ((high / 2 ** 16) & 0x0fff)
  const clock = 0x8000 | random.below(0x4000)
  // A drawn node has the multicast bit set (RFC 9562), so that it is nobody's network address.
  const node = `${hex(random.below(256) | 1, 2)}${hex(random.below(2 ** 20), 5)}${hex(random.below(2 ** 20), 5)}`
  return `${hex(low, 8)}-${hex(middle, 4)}-${hex(version, 4)}-${hex(clock, 4)}-${node}`
}
