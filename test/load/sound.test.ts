/** One event that cannot be loaded never stops the others. */
import { DatabaseSync } from 'node:sqlite'
import type { ExecutionContext } from 'ava'
import type { EventBuffer } from '../../src/buffer/buffer.ts'
import { memoryDestination } from '../../src/destinations/memory.ts'
import { load } from '../../src/load/load.ts'
import type { TakenOut } from '../../src/load/sound.ts'
import { unaccounted, withBuffer } from '../buffer/with-buffer.ts'
import { arrivalOf, keptBatches, LIMITS, OPTIONS, type SqlitePlace, START, sqlitePlace } from '../support/buffers.ts'
import { NO_PAUSE } from '../support/loading.ts'

const PLACE = { ...OPTIONS, consumers: ['memory'] }

const bodyOf = (n: number) => `{"uuid":"user-${n}","triggered_event":"Saw Survey","email":"person-${n}@example.com"}`

/** Events of the users 1 to 5. */
async function appendFive(buffer: EventBuffer): Promise<void> {
  for (let n = 1; n <= 5; n++) await buffer.append(arrivalOf(bodyOf(n)))
}

/** Changes what is stored of the third event, as a disk may. */
function damage({ path }: SqlitePlace, change: (body: string) => string | Uint8Array): void {
  const db = new DatabaseSync(path)
  db.prepare('UPDATE events SET body = ? WHERE seq = 3').run(Buffer.from(change(bodyOf(3))))
  db.close()
}

async function loadAll(buffer: EventBuffer, more: { destination?: ReturnType<typeof memoryDestination> } = {}) {
  const { destination = memoryDestination() } = more
  const taken: TakenOut[] = []
  const signal = new AbortController().signal
  const ignore = () => {}
  const told = { onLoaded: ignore, onRetry: ignore, onTakenOut: (one: TakenOut) => taken.push(one) }
  await load({ buffer, destination, limits: LIMITS, backoff: NO_PAUSE, signal, ...told })
  return {
    taken,
    users: (destination.tables()['users'] ?? []).map(([uuid]) => String(uuid)).toSorted((a, b) => a.localeCompare(b)),
  }
}

const OTHERS = ['user-1', 'user-2', 'user-4', 'user-5']

/** How bytes go wrong. */
const damages: Readonly<Record<string, (body: string) => string | Uint8Array>> = {
  'is no JSON any more': (body) => body.replace('"email":"', '"email":x'),
  'is JSON that says something else': (body) => body.replace('person-3', 'person-8'),
  'is no UTF-8 any more': (body) => Buffer.from(body).fill(0xff, 40, 41),
  'is cut short': (body) => body.slice(0, 20),
  'has other white space': (body) => `${body} `,
  'is all zeros': (body) => new Uint8Array(body.length),
}

for (const [how, change] of Object.entries(damages)) {
  withBuffer(
    `an event whose body ${how} is set aside as damaged, and the others load`,
    sqlitePlace,
    async (t, open, place) => {
      const buffer = open(PLACE)
      await appendFive(buffer)
      damage(place, change)
      const { taken, users } = await loadAll(buffer)
      t.deepEqual(users, OTHERS)
      t.deepEqual(
        taken.map(({ eventId }) => eventId),
        [arrivalOf(bodyOf(3)).id],
      )
      await isSetAside(t, buffer, /^damaged: its bytes are not those that arrived/)
    },
  )
}

async function isSetAside(t: ExecutionContext, buffer: EventBuffer, reason: RegExp): Promise<void> {
  const [quarantined, ...more] = await buffer.listQuarantined()
  t.deepEqual(more, [])
  t.regex(quarantined?.reason ?? '', reason)
  t.notRegex(quarantined?.reason ?? '', /person|user/)
  const stats = await buffer.stats()
  t.deepEqual(unaccounted(stats), [])
  t.like(stats, { received: 5, quarantined: 1, consumers: { memory: { pending: 0, loaded: 4 } } })
}

withBuffer('the sender sends a damaged event again, and it is loaded', sqlitePlace, async (t, open, place) => {
  const buffer = open(PLACE)
  await appendFive(buffer)
  damage(place, damages['is cut short'] ?? String)
  const destination = memoryDestination()
  await loadAll(buffer, { destination })
  t.is(await buffer.append(arrivalOf(bodyOf(3))), 'accepted')
  const { taken, users } = await loadAll(buffer, { destination })
  t.deepEqual(taken, [])
  t.deepEqual(users, [...OTHERS, 'user-3'].toSorted())
})

withBuffer('an event that cannot be made into rows is set aside, and the others load', sqlitePlace, async (t, open) => {
  const buffer = open(PLACE)
  await appendFive(buffer)
  // As if the door had let it in: the bytes are those that arrived.
  await buffer.append(arrivalOf('[1, "person-6@example.com"'))
  const { taken, users } = await loadAll(buffer)
  t.deepEqual(users, [...OTHERS, 'user-3'].toSorted())
  t.deepEqual(
    taken.map(({ reason }) => reason),
    ['unreadable: it cannot be made into rows (SyntaxError); report it as a bug'],
  )
})

withBuffer('what was set aside is not replayed', sqlitePlace, async (t, open, place) => {
  const buffer = open(PLACE)
  await appendFive(buffer)
  damage(place, damages['is cut short'] ?? String)
  await loadAll(buffer)
  const [batch] = await keptBatches(buffer, { from: START, to: START + 1 }, 100)
  t.deepEqual(
    batch?.events.map(({ body }) => body !== ''),
    [true, true, false, true, true],
  )
})
