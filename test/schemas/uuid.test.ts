import test from 'ava'
import fc from 'fast-check'
import { createdOn } from '../../schemas/uuid.ts'

/** 100 ns steps from 1582-10-15 to 1970-01-01, as RFC 9562 gives them. */
const GREGORIAN = 0x01b21dd213814000n
const MS_PER_DAY = 86_400_000n

test('the examples of RFC 9562 fall on their day', (t) => {
  t.is(createdOn('C232AB00-9414-11EC-B3C8-9F6BDECED846'), '2022-02-22')
  t.is(createdOn('1EC9414C-232A-6B00-B3C8-9F6BDECED846'), '2022-02-22')
  t.is(createdOn('017F22E2-79B0-7CC3-98C4-DC0C0C07398F'), '2022-02-22')
})

test("the vendor's identifiers fall on the day of their times", (t) => {
  t.is(createdOn('9205e5d0-f728-11ea-95d6-25411f8367ca'), '2020-09-15')
  t.is(createdOn('18de5430-c64c-11ec-aa71-e1784a46b058'), '2022-04-27')
})

test('other versions and other shapes have no date', (t) => {
  for (const uuid of [
    'e4eaaaf2-d142-4bf8-8e5b-0d5d7e2f3a11',
    '0611f7b0-9f60-11ea-9826-e14c34c4cf0',
    '{9205e5d0-f728-11ea-95d6-25411f8367ca}',
    '9205e5d0f72811ea95d625411f8367ca',
    '9205e5d0-f728-11ea-95d6-25411f8367cg',
    'ffffffff-ffff-8fff-bfff-ffffffffffff',
    '',
  ]) {
    t.is(createdOn(uuid), null, uuid)
  }
})

test('dates beyond the year 9999 are none', (t) => {
  t.is(createdOn(version7(253_402_300_799_999n)), '9999-12-31')
  t.is(createdOn(version7(253_402_300_800_000n)), null)
})

test('the first and the last step of a day belong to it', (t) => {
  for (const day of [-141_427n, -1n, 0n, 18_520n, 19_109n, 50_000n]) {
    const midnight = day * MS_PER_DAY * 10_000n + GREGORIAN
    t.is(createdOn(version1(midnight)), dateOf(day))
    t.is(createdOn(version6(midnight)), dateOf(day))
    if (midnight === 0n) continue
    t.is(createdOn(version1(midnight - 1n)), dateOf(day - 1n))
    t.is(createdOn(version6(midnight - 1n)), dateOf(day - 1n))
  }
})

test('versions 1 and 6 give the day of any 60-bit count of steps', (t) => {
  const steps = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 60n - 1n }),
    fc.tuple(fc.bigInt({ min: 1n, max: 1_334_000n }), fc.bigInt({ min: -1n, max: 1n })).map(([d, o]) => {
      return d * MS_PER_DAY * 10_000n + o
    }),
  )
  fc.assert(
    fc.property(steps, (count) => {
      const date = dateOf((count - (count % (MS_PER_DAY * 10_000n))) / (MS_PER_DAY * 10_000n) - 141_427n)
      t.is(createdOn(version1(count)), date)
      t.is(createdOn(version6(count)), date)
    }),
    { numRuns: 2000 },
  )
})

test('version 7 gives the day of any count of milliseconds', (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 253_402_300_799_999n }), (ms) => {
      t.is(createdOn(version7(ms)), new Date(Number(ms)).toISOString().slice(0, 10))
    }),
  )
})

const hex = (value: bigint, digits: number) => value.toString(16).padStart(digits, '0')
const dateOf = (day: bigint) => new Date(Number(day * MS_PER_DAY)).toISOString().slice(0, 10)

function version1(steps: bigint): string {
  const low = hex(steps & 0xffff_ffffn, 8)
  const middle = hex((steps >> 32n) & 0xffffn, 4)
  return `${low}-${middle}-1${hex(steps >> 48n, 3)}-8000-000000000000`
}

function version6(steps: bigint): string {
  const high = hex(steps >> 28n, 8)
  const middle = hex((steps >> 12n) & 0xffffn, 4)
  return `${high}-${middle}-6${hex(steps & 0xfffn, 3)}-8000-000000000000`
}

function version7(ms: bigint): string {
  return `${hex(ms >> 16n, 8)}-${hex(ms & 0xffffn, 4)}-7000-8000-000000000000`
}
