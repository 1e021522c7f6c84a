import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { torture } from '../scripts/torture/kills.ts'

test('whenever the process is killed, every acknowledged event is in the tables exactly once', async (t) => {
  const seed = Date.now() % 1e9
  const dataDir = await mkdtemp(join(tmpdir(), 'crash-'))
  try {
    const { acknowledged, events, afterLoading } = await torture({
      kills: 10,
      seed,
      dataDir,
      onKill: () => {},
    })
    t.true(acknowledged > 0)
    t.true(afterLoading > 0)
    t.true(events >= acknowledged)
    await rm(dataDir, { recursive: true })
  } catch (error) {
    t.log(`seed ${seed}, data kept in ${dataDir}; at length: npm run torture -- --seed ${seed}`)
    throw error
  }
})
