/** The product is killed while it makes its files: the next start makes what is not whole again. */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { webhookUrl } from '../../processes.ts'
import { bodiesOf, type Outcome, send, settle, startProduct, type Try } from './fault.ts'

const EVENTS = 5
/** Milliseconds in which a start makes its buffer, and a first load its warehouse. */
const STARTING = 700
const LOADING = 1500

export async function create({ folder: parent, random, seed }: Try): Promise<Outcome> {
  const dataDir = join(parent, 'data')
  const acknowledged: string[] = []
  const settings = { DESTINATIONS: 'duckdb,csv' }
  // Some die before they listen, and some while they load for the first time.
  for (let death = 0; death < 3; death++) {
    const product = startProduct(dataDir, settings)
    if (random.chance(0.4)) {
      await pause(random.below(STARTING))
    } else {
      acknowledged.push(...(await send(await webhookUrl(product), bodiesOf(seed, EVENTS))))
      await pause(random.below(LOADING))
    }
    product.kill('SIGKILL')
    await product.ended
  }
  return settle(dataDir, [...new Set(acknowledged)], settings)
}
