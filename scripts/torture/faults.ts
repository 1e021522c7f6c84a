/** Faults other than a kill, each tried many times in a folder of its own. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createRandom } from '../../src/samples/random.ts'
import { create } from './faults/create.ts'
import { damage } from './faults/damage.ts'
import { disk } from './faults/disk.ts'
import type { Outcome, Try } from './faults/fault.ts'
import { folder } from './faults/folder.ts'
import { poison } from './faults/poison.ts'

export const FAULTS: Readonly<Record<string, (one: Try) => Promise<Outcome>>> = {
  folder,
  damage,
  create,
  poison,
  disk,
}

export interface FaultOptions {
  readonly fault: string
  readonly tries: number
  readonly seed: number
  /** Empty or missing. What a try leaves stays in it when something is lost. */
  readonly dataDir: string
  readonly onTry: () => void
}

/** @returns how many events were acknowledged in all. @throws when one is lost, or the product does not recover */
export async function tryFault({ fault, tries, seed, dataDir, onTry }: FaultOptions): Promise<number> {
  const attempt = FAULTS[fault]
  if (attempt === undefined) throw new Error(`try ${fault}: there is no such fault`)
  let acknowledged = 0
  for (let number = 0; number < tries; number++) {
    const parent = join(dataDir, `${fault}-${number}`)
    await mkdir(parent, { recursive: true })
    const one = { folder: parent, random: createRandom(seed + number), seed: seed + number }
    const outcome = await attempt(one)
    if (outcome.lost > 0) throw new Error(`try ${fault} ${number}: ${outcome.lost} acknowledged events are lost`)
    acknowledged += outcome.acknowledged
    await rm(parent, { recursive: true })
    onTry()
  }
  return acknowledged
}
