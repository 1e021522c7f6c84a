/** The disk is full, as the system lets no file grow beyond a size: events are refused, or wait, until there is room. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startProcess, webhookUrl } from '../../processes.ts'
import { bodiesOf, type Outcome, send, settingsOf, settle, type Try } from './fault.ts'

/** Blocks of 512 bytes, as `ulimit -f` counts them. */
const [LEAST, MOST] = [200, 12_000]

export async function disk({ folder: parent, random, seed }: Try): Promise<Outcome> {
  const dataDir = join(parent, 'data')
  await mkdir(dataDir)
  const bodies = bodiesOf(seed, 5_000)
  const blocks = LEAST + random.below(MOST - LEAST)
  const product = startProcess('src/main.ts', [], { env: settingsOf(dataDir), cwd: '/', blocks })
  let over = false
  try {
    const url = await Promise.race([webhookUrl(product), product.ended.then(() => undefined)]).catch(() => undefined)
    const sending = url === undefined ? [] : send(url, bodies, () => over)
    await pause(3_000)
    over = true
    const acknowledged = await sending
    product.kill('SIGKILL')
    await product.ended
    return await settle(dataDir, acknowledged)
  } finally {
    product.kill('SIGKILL')
  }
}
