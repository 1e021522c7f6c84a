/**
 * A process of its own on a warehouse: `hold <file>` keeps it open until it is killed, `load <file>` loads batches and tells of each,
 * `views <file> <number>` loads an answer and kills itself in the middle of making the view after so many.
 */
import { DuckDBInstance } from '@duckdb/node-api'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { bigBatch } from './big-batch.ts'
import { event, flattened } from './flattening.ts'

const [mode, path = '', number = ''] = process.argv.slice(2)
const BATCHES = 40
const ANSWER = event({ attributes: { plan: 'free' } }, { data: { nps: 9, why: 'fast' } })

if (mode === 'hold') {
  const instance = await DuckDBInstance.create(path)
  process.stdout.write('holding\n')
  setInterval(() => instance, 1000)
} else if (mode === 'views') {
  const destination = duckdbDestination({ path })
  const { signal } = new AbortController()
  await destination.load(flattened(ANSWER), { signal })
  let views = 0
  // Asked before each view. The kill comes once DuckDB is at work on it, on a thread of its own.
  signal.throwIfAborted = () => {
    if (views === Number(number)) setImmediate(() => process.kill(process.pid, 'SIGKILL'))
    views += 1
  }
  await destination.refreshViews?.({ signal })
} else {
  const destination = duckdbDestination({ path })
  try {
    for (let batch = 0; batch < BATCHES; batch += 1) {
      await destination.prepare()
      process.stdout.write(`loading ${batch}\n`)
      await destination.load(bigBatch(batch), { signal: new AbortController().signal })
      process.stdout.write(`loaded ${batch}\n`)
    }
    await destination.close()
  } catch (error) {
    process.stdout.write(`failed ${error instanceof Error ? `${error.name} ${error.message}` : ''}\n`)
  }
}
