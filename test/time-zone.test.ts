import test from 'ava'
import fc from 'fast-check'
import { clockTime, firstDayFrom, instantOf } from '../src/time-zone.ts'

const ZONES = [
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Pacific/Apia',
  'UTC',
]
const zones = fc.constantFrom(...ZONES)
const between = { min: new Date('1975-01-01T00:00:00Z'), max: new Date('2060-01-01T00:00:00Z'), noInvalidDate: true }
/** Anywhere, and at a change of clocks, where the difficult ones are. */
const instants = fc.oneof(
  fc.date(between),
  fc
    .record({
      at: fc.constantFrom('2026-03-08T07:00Z', '2026-11-01T06:00Z', '2026-10-25T01:00Z', '2018-11-04T03:00Z'),
      plus: fc.integer({ min: -100_000_000, max: 100_000_000 }),
    })
    .map(({ at, plus }) => new Date(Date.parse(at) + plus)),
)

/** What Intl shows, by a format that the code does not use. */
const shown = (instant: Date, timeZone: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(instant)

test('a clock time is what Intl shows, to the millisecond', (t) => {
  fc.assert(
    fc.property(instants, zones, (instant, zone) => {
      const clock = clockTime(instant.toISOString(), zone)
      t.is(clock.slice(0, 19).replace('T', ' '), shown(instant, zone))
      t.is(clock.slice(19), instant.toISOString().slice(19, -1))
    }),
  )
})

test('the instant of a clock time is the first at which clocks show it or a later one', (t) => {
  fc.assert(
    fc.property(instants, zones, (date, zone) => {
      // Any time that a person may write, also one that no clock shows.
      const time = date.toISOString().slice(0, -1)
      const instant = instantOf(time, zone)
      t.true(clockTime(instant, zone) >= time)
      for (const earlier of [1, 60_000, 1_800_000, 3_600_000, 5_400_000, 80_000_000]) {
        t.true(clockTime(new Date(Date.parse(instant) - earlier).toISOString(), zone) < time, `${time} ${zone}`)
      }
    }),
  )
})

test('an instant that clocks show once comes back from its clock time', (t) => {
  fc.assert(
    fc.property(instants, zones, (date, zone) => {
      const instant = date.toISOString()
      const back = instantOf(clockTime(instant, zone), zone)
      t.is(clockTime(back, zone), clockTime(instant, zone))
      t.true(back <= instant)
    }),
  )
})

test('a day begins at its midnight, by the clocks of that day, or when its first hour is left out', (t) => {
  t.is(instantOf('2026-11-01', 'UTC'), '2026-11-01T00:00:00.000Z')
  t.is(instantOf('2026-11-01', 'America/New_York'), '2026-11-01T04:00:00.000Z')
  t.is(instantOf('2026-11-02', 'America/New_York'), '2026-11-02T05:00:00.000Z')
  t.is(instantOf('2026-03-29', 'Europe/Berlin'), '2026-03-28T23:00:00.000Z')
  t.is(instantOf('2026-03-30', 'Europe/Berlin'), '2026-03-29T22:00:00.000Z')
  t.is(instantOf('2026-11-01', 'Asia/Kolkata'), '2026-10-31T18:30:00.000Z')
  t.is(instantOf('2026-10-05', 'Australia/Lord_Howe'), '2026-10-04T13:00:00.000Z')
  // Clocks went from 24:00 to 01:00.
  t.is(instantOf('2018-11-04', 'America/Sao_Paulo'), '2018-11-04T03:00:00.000Z')
  // A day that Samoa left out begins with the next.
  t.is(instantOf('2011-12-30', 'Pacific/Apia'), instantOf('2011-12-31', 'Pacific/Apia'))
})

test('a time that clocks show twice is its first, and one that they leave out is when they do', (t) => {
  t.is(instantOf('2026-11-01T01:30:00', 'America/New_York'), '2026-11-01T05:30:00.000Z')
  t.is(instantOf('2026-03-08T02:30:00', 'America/New_York'), '2026-03-08T07:00:00.000Z')
  t.is(instantOf('2026-10-04T02:15:00', 'Australia/Lord_Howe'), '2026-10-03T15:30:00.000Z')
})

test('the first day from an instant on is that day only if it begins then', (t) => {
  t.is(firstDayFrom('2026-11-01T04:00:00.000Z', 'America/New_York'), '2026-11-01')
  t.is(firstDayFrom('2026-11-01T04:00:00.001Z', 'America/New_York'), '2026-11-02')
  t.is(firstDayFrom('2018-11-04T03:00:00Z', 'America/Sao_Paulo'), '2018-11-04')
  fc.assert(
    fc.property(instants, zones, (date, zone) => {
      const instant = date.toISOString()
      const day = firstDayFrom(instant, zone)
      t.true(instantOf(day, zone) >= instant)
      const dayBefore = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10)
      // But for the day that is none.
      t.true(instantOf(dayBefore, zone) < instant || instantOf(dayBefore, zone) === instantOf(day, zone))
    }),
  )
})

test('years that are written with fewer digits than four, or before the first, are no other years', (t) => {
  t.is(instantOf('0001-01-02', 'UTC'), '0001-01-02T00:00:00.000Z')
  t.is(clockTime('0000-06-01T00:00:00Z', 'UTC'), '0000-06-01T00:00:00.000')
  t.is(instantOf('0050-06-01', 'Asia/Kolkata').slice(0, 13), '0050-05-31T18')
})
