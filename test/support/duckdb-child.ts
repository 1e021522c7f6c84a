/** A process of its own on a warehouse: `hold <file>` keeps it open until it is killed, `load <file>` loads batches and tells of each. */
import { DuckDBInstance } from '@duckdb/node-api'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { bigBatch } from './big-batch.ts'

const [mode, path = ''] = process.argv.slice(2)
const BATCHES = 40

if (mode === 'hold') {
  const instance = await DuckDBInstance.create(path)
  process.stdout.write('holding\n')
  setInterval(() => instance, 1000)
} else {
  const destination = duckdbDestination({ path })
  try {
    for (let number = 0; number < BATCHES; number += 1) {
      await destination.prepare()
      process.stdout.write(`loading ${number}\n`)
      await destination.load(bigBatch(number), { signal: new AbortController().signal })
      process.stdout.write(`loaded ${number}\n`)
    }
    await destination.close()
  } catch (error) {
    process.stdout.write(`failed ${error instanceof Error ? `${error.name} ${error.message}` : ''}\n`)
  }
}
