/** The data folder, or a file in it, is taken away while events come in: what is acknowledged is in what was taken away. */
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { webhookUrl } from '../../processes.ts'
import { bodiesOf, type Outcome, send, settle, startProduct, type Try } from './fault.ts'

/** Milliseconds. */
const BEFORE = 1_500
const AFTER = 150

export async function folder({ folder: parent, random, seed }: Try): Promise<Outcome> {
  const dataDir = join(parent, 'data')
  const bodies = bodiesOf(seed, 5_000)
  const product = startProduct(dataDir)
  let over = false
  try {
    const sending = send(await webhookUrl(product), bodies, () => over)
    await pause(random.below(BEFORE))
    await rename(dataDir, `${dataDir}.away`)
    if (random.chance(0.5)) await mkdir(dataDir)
    await pause(random.below(AFTER))
    over = true
    const acknowledged = await sending
    product.kill('SIGKILL')
    await product.ended
    return await settle(`${dataDir}.away`, acknowledged)
  } finally {
    product.kill('SIGKILL')
  }
}
