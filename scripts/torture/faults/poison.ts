/** Events that are as large and as odd as the door lets them be, between others: all others load, and the server goes on. */
import { join } from 'node:path'
import type { Random } from '../../../src/samples/random.ts'
import { webhookUrl } from '../../processes.ts'
import { bodiesOf, type Outcome, send, settle, startProduct, type Try } from './fault.ts'

const EVENTS = 40
const LIMIT = 17 * 1024 ** 2

/** Elements that fill a body, by what V8 makes of them. */
const ELEMENTS = ['1', '[]', '{}', '""', '{"a":1}', '[[[]]]', '"\\ud800"'] as const

const filled = (element: string, bytes: number) => `[${element}${`,${element}`.repeat(bytes / (element.length + 1))}]`

/** An event of nearly so many bytes. */
function poisonOf(random: Random, number: number): string {
  const list = filled(random.pick(ELEMENTS), (LIMIT - 1000) * random.pick([0.05, 0.5, 1]))
  const ids = `"uuid":"user-${number}","triggered_event":"Completed Survey"`
  const response = `{"uuid":"response-${number}","data":{"q":${list}}}`
  return random.chance(0.5)
    ? `{${ids},"attributes":{"a":${list}}}`
    : `{${ids},"form":{"uuid":"form","name":"S"},"response":${response}}`
}

export async function poison({ folder: parent, random, seed }: Try): Promise<Outcome> {
  const dataDir = join(parent, 'data')
  const settings = { BODY_LIMIT: String(LIMIT) }
  const product = startProduct(dataDir, settings)
  try {
    const bodies = bodiesOf(seed, EVENTS)
    for (let count = 0; count < 3; count++) bodies.splice(random.below(EVENTS), 0, poisonOf(random, count))
    const acknowledged = await send(await webhookUrl(product), bodies)
    if (acknowledged.length !== new Set(bodies).size) throw new Error('poison: the receiver did not take all')
    product.kill('SIGKILL')
    await product.ended
    return await settle(dataDir, acknowledged, settings)
  } finally {
    product.kill('SIGKILL')
  }
}
