/** `npm run torture`: kills the product at random moments, many times, and shows that nothing is lost or counted twice. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError } from 'commander'
import { wordsOf } from '../src/errors.ts'
import { torture } from './torture/kills.ts'

interface Options {
  readonly kills: number
  readonly seed?: number
  readonly data?: string
}

const { kills, ...options } = new Command('npm run torture --')
  .description(
    'Kill the product by SIGKILL while it starts, receives and loads; then verify that every acknowledged event is in ' +
      'the tables exactly once, and that they are the tables of a run that nothing disturbed.',
  )
  .option('--kills <n>', 'how often', positive, 100)
  .option('--seed <n>', 'what is sent and tried; the moments also depend on the machine', positive)
  .option('--data <dir>', 'where to keep the data (default: a temporary folder, removed when all is well)')
  .parse()
  .opts<Options>()

const seed = options.seed ?? Date.now() % 1e9
const dataDir = options.data === undefined ? await mkdtemp(join(tmpdir(), 'torture-')) : resolve(options.data)
const bar = new SingleBar({ format: 'killing {bar} {value}/{total}, {eta_formatted} left', noTTYOutput: false })
const say = (text: string) => process.stdout.write(`${text}\n`)

say(`Seed ${seed}, data in ${dataDir}`)
if (process.stdout.isTTY) bar.start(kills, 0)
try {
  const onKill = () => bar.increment()
  const report = await torture({ kills, seed, dataDir, onKill })
  bar.stop()
  say(
    `Killed ${report.kills} times, ${report.whileStarting} of them before it listened, ${report.afterLoading} after it had loaded a batch.`,
  )
  say(`Acknowledged ${report.acknowledged} events; ${report.redelivered} requests sent one again.`)
  say(`In DuckDB and in the CSV files: ${report.events} events, every acknowledged one exactly once,`)
  say('and all tables equal those of a run that nothing disturbed.')
  if (options.data === undefined) await rm(dataDir, { recursive: true })
} catch (error) {
  bar.stop()
  process.stderr.write(`${wordsOf(error)}\nThe data is kept in ${dataDir}; the seed was ${seed}.\n`)
  process.exitCode = 1
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value <= 0) throw new InvalidArgumentError('give a whole number above 0.')
  return value
}
