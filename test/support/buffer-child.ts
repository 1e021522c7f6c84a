/**
 * A process of its own with a buffer: `buffer-child.ts append|claim|fill|make PATH …`. It says on its output what it did. `make PATH N` kills
 * itself when it sees the folder change for the nth time while it opens the buffer and appends one event.
 */
import { dirname } from 'node:path'
import { openSqliteBuffer } from '../../src/buffer/sqlite.ts'
import { arrival, OPTIONS } from './buffers.ts'
import { killAtChange } from './kill-at-change.ts'

const [task = '', path = '', argument = ''] = process.argv.slice(2)
if (task === 'make') await killAtChange(dirname(path), Number(argument))
const buffer = openSqliteBuffer(path, OPTIONS)
const say = (line: string) => process.stdout.write(`${line}\n`)

/** Events from number `argument` on, some at a time, until it is killed. Says each one's number once it is acknowledged. */
async function append(): Promise<void> {
  let next = Number(argument)
  const one = async () => {
    for (;;) {
      const n = next++
      await buffer.append(arrival(n, 500))
      say(String(n))
    }
  }
  await Promise.all(Array.from({ length: 8 }, one))
}

/** Says `held` or `refused`, and stays until it is killed. */
async function claim(): Promise<void> {
  say((await buffer.claim(argument)) === undefined ? 'refused' : 'held')
  setInterval(() => {}, 1000)
}

/** One event after another, of 50,000 bytes: `ok N` or `refused N MESSAGE`, after each line read from the input. */
async function fill(): Promise<void> {
  let n = 0
  for await (const _ of process.stdin) {
    n++
    await buffer.append(arrival(n, 50_000)).then(
      () => say(`ok ${n}`),
      (error: Error) => say(`refused ${n} ${error.name}: ${error.message}`),
    )
  }
  await buffer.close()
}

/** Says `kept` once it is acknowledged. */
async function make(): Promise<void> {
  await buffer.append(arrival(1))
  say('kept')
  await buffer.close()
  process.exit()
}

const tasks: Record<string, () => Promise<void>> = { append, claim, fill, make }
await tasks[task]?.()
