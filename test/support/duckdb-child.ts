/**
 * A process of its own on a warehouse: `hold <file>` keeps it open until it is killed, `read <file>` as who asks it does, `load <file>` loads batches and tells of each,
 * `views <file> <number> <turns>` loads an answer to many questions, and kills itself while it makes the view after so many, that many
 * turns of the event loop after its begin. `upgrade <file> <turns>` opens the file as a run of loads does, and kills itself so many turns
 * after the begin, unless it is done. `create <file> <number>` does the same, and kills itself when it sees the folder of the file change for
 * that time.
 */
import { dirname } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import { bigBatch } from './big-batch.ts'
import { flattened } from './flattening.ts'
import { killAtChange } from './kill-at-change.ts'
import { WIDE_ANSWER } from './view-warehouse.ts'

const [mode, path = '', number = '', turns = ''] = process.argv.slice(2)
const BATCHES = 40

if (mode === 'hold') {
  const instance = await DuckDBInstance.create(path)
  process.stdout.write('holding\n')
  setInterval(() => instance, 1000)
} else if (mode === 'read') {
  const source = await duckdbSource(path)
  process.stdout.write('reading\n')
  setInterval(() => source, 1000)
} else if (mode === 'views') {
  const destination = duckdbDestination({ path })
  const { signal } = new AbortController()
  await destination.load(flattened(WIDE_ANSWER), { signal })
  let views = 0
  // Asked before each view. The kill comes while DuckDB is at work on it, on a thread of its own.
  signal.throwIfAborted = () => {
    if (views === Number(number)) killIn(Number(turns))
    views += 1
  }
  await destination.refreshViews?.({ signal })
} else if (mode === 'upgrade' || mode === 'create') {
  const destination = duckdbDestination({ path })
  if (mode === 'upgrade') killIn(Number(number))
  else await killAtChange(dirname(path), Number(number))
  await destination.prepare()
  await destination.close()
  process.exit()
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

function killIn(left: number): void {
  if (left === 0) process.kill(process.pid, 'SIGKILL')
  setImmediate(killIn, left - 1)
}
