/** From the start of the process to its first 202: what a restart costs in availability. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openConnection } from './connection.ts'
import { argumentsOf, environment, stop } from './product.ts'
import { type Measure, median, round } from './result.ts'

export const start: Measure = async ({ quick, directory }) => {
  const times: number[] = []
  const bare: number[] = []
  for (let turn = 0; turn < (quick ? 3 : 7); turn++) {
    const folder = join(directory, String(turn))
    mkdirSync(folder)
    times.push(await timeToFirst202(folder))
    bare.push(await timeOfNode())
  }
  return [
    {
      name: 'start',
      what: 'From the start of the process to the first 202',
      how: `The median of ${times.length} starts in an empty folder, what was compiled kept, connecting every 2 ms`,
      value: round(median(times), 0),
      unit: 'ms',
      goal: { bound: 'at most', value: 300 },
      limit: 'Node itself, then reading the modules and opening the buffer',
      seen: { slowest_ms: round(Math.max(...times), 0), node_alone_ms: round(median(bare), 0) },
    },
  ]
}

async function timeToFirst202(directory: string): Promise<number> {
  const port = await freePort()
  const began = performance.now()
  const env = environment(directory, { PORT: String(port) })
  const child = spawn(process.execPath, argumentsOf('start'), {
    cwd: directory,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const connection = await firstConnection(`http://127.0.0.1:${port}/webhooks/refiner`)
  const status = await new Promise<number>((resolve) => connection.send(resolve))
  const took = performance.now() - began
  connection.close()
  await stop(child)
  if (status !== 202) throw new Error(`start: the first answer was ${status}, not 202`)
  return took
}

async function firstConnection(url: string) {
  for (let tries = 0; tries < 5000; tries++) {
    try {
      return await openConnection(url)
    } catch {
      await pause(2)
    }
  }
  throw new Error(`start: nothing listens at ${url}; its output says why`)
}

/** An empty program, from start to end. */
async function timeOfNode(): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  await new Promise((resolve) => child.once('exit', resolve))
  return performance.now() - began
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('find a free port: the server has none')
  return address.port
}
