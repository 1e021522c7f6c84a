/** Each fault of the torture once; `npm run torture -- --fault NAME` tries it at length. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { FAULTS, tryFault } from '../scripts/torture/faults.ts'

for (const fault of Object.keys(FAULTS)) {
  test(`nothing that was acknowledged is lost by the fault ${fault}`, async (t) => {
    const seed = Date.now() % 1e9
    const dataDir = await mkdtemp(join(tmpdir(), `fault-${fault}-`))
    try {
      const acknowledged = await tryFault({ fault, tries: 1, seed, dataDir, onTry: () => {} })
      // The others may strike before the first answer.
      if (fault === 'damage' || fault === 'poison') t.true(acknowledged > 0)
      else t.pass()
      await rm(dataDir, { recursive: true })
    } catch (error) {
      t.log(`seed ${seed}, data kept in ${dataDir}; at length: npm run torture -- --fault ${fault} --seed ${seed}`)
      throw error
    }
  })
}
