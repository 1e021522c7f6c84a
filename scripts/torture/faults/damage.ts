/** A byte of a stored event changes on the disk: that event goes to the quarantine, and all others load. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Random } from '../../../src/samples/random.ts'
import { webhookUrl } from '../../processes.ts'
import { bodiesOf, type Outcome, send, settle, startProduct, stop, type Try } from './fault.ts'

const EVENTS = 60
const DAMAGED = 3

export async function damage({ folder: parent, random, seed }: Try): Promise<Outcome> {
  const dataDir = join(parent, 'data')
  const product = startProduct(dataDir, { LOAD_SCHEDULE: '0 0 29 2 *' })
  try {
    const acknowledged = await send(await webhookUrl(product), bodiesOf(seed, EVENTS))
    await stop(product)
    changeBytes(join(dataDir, 'buffer.sqlite'), random)
    return await settle(dataDir, acknowledged)
  } finally {
    product.kill('SIGKILL')
  }
}

function changeBytes(path: string, random: Random): void {
  const db = new DatabaseSync(path)
  try {
    const write = db.prepare('UPDATE events SET body = ? WHERE seq = ?')
    for (let count = 0; count < DAMAGED; count++) {
      const seq = 1 + random.below(EVENTS)
      const body = db.prepare('SELECT body FROM events WHERE seq = ?').get(seq)?.['body']
      if (!(body instanceof Uint8Array)) throw new Error(`damage: there is no event ${seq}`)
      const at = random.below(body.length)
      body[at] = (body[at] ?? 0) ^ (1 << random.below(8))
      write.run(body, seq)
    }
  } finally {
    db.close()
  }
}
