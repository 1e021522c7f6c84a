/** One set of surveys, as they are lived through, is the same rows in every warehouse, cell by cell. */
import test from 'ava'
import fc from 'fast-check'
import { tables } from '../../schemas/tables.ts'
import { sampleEvents } from '../../src/samples/samples.ts'
import { batches, delivered, type Payload, tiedLifecycles } from '../support/lifecycles.ts'
import { comparable, warehouses } from '../support/warehouses.ts'
import { loadedInto } from './conformance-order.ts'
import type { Make } from './with-warehouse.ts'

/** Of which each table has rows. */
const SEED = 2
/** Up to twelve events each, of the same few users and responses. */
const LIFECYCLES = 20

function payloads(): Payload[] {
  const nasty = fc.sample(tiedLifecycles, { seed: SEED, numRuns: LIFECYCLES }).flat()
  const realistic = [...sampleEvents({ seed: SEED, count: 60, start: new Date('2026-03-01T00:00:00Z') })]
  const rejected = { ...nasty[0], first_seen_at: 'once upon a time' }
  return [...nasty, ...realistic, rejected]
}

export function endsAsEveryOther(kind: string, make: Make): void {
  test(`${kind}: the same surveys are the same rows as in ${Object.keys(warehouses).join(', ')}`, async (t) => {
    const loaded = batches(delivered(payloads()), { visits: [], cuts: [100, 5, 40] })
    const warehouse = await make()
    try {
      const found = comparable(warehouse, await loadedInto(warehouse, loaded))
      for (const { name } of tables) if (name !== 'loads') t.true((found[name]?.length ?? 0) > 0, name)
      for (const [other, makeOther] of Object.entries(warehouses)) {
        const reference = await makeOther()
        t.deepEqual(found, comparable(warehouse, await loadedInto(reference, loaded)), other)
        await reference.remove()
      }
    } finally {
      await warehouse.remove()
    }
  })
}
