/** `npm run torture`: brings faults upon the product, many times, and shows that nothing is lost or counted twice. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError, Option } from 'commander'
import { wordsOf } from '../src/errors.ts'
import { FAULTS, tryFault } from './torture/faults.ts'
import { torture } from './torture/kills.ts'

interface Options {
  readonly fault: string
  readonly tries: number
  readonly seed?: number
  readonly data?: string
}

const { fault, tries, ...options } = new Command('npm run torture --')
  .description(
    'Bring a fault upon the product, many times, and verify that every acknowledged event is in the tables exactly once, or in the ' +
      'quarantine with the reason.',
  )
  .addOption(
    new Option('--fault <name>', 'which one; kill is SIGKILL while it starts, receives and loads')
      .choices(['kill', ...Object.keys(FAULTS)])
      .default('kill'),
  )
  .option('--tries <n>', 'how often', positive, 100)
  .option('--seed <n>', 'what is sent and tried; the moments also depend on the machine', positive)
  .option('--data <dir>', 'where to keep the data (default: a temporary folder, removed when all is well)')
  .addHelpText('after', '\nExample: npm run torture -- --fault poison --tries 20')
  .parse()
  .opts<Options>()

const seed = options.seed ?? Date.now() % 1e9
const dataDir = options.data === undefined ? await mkdtemp(join(tmpdir(), 'torture-')) : resolve(options.data)
const bar = new SingleBar({ format: `${fault} {bar} {value}/{total}, {eta_formatted} left`, noTTYOutput: false })
const say = (text: string) => process.stdout.write(`${text}\n`)

say(`Seed ${seed}, data in ${dataDir}`)
if (process.stdout.isTTY) bar.start(tries, 0)
try {
  const told = await (fault === 'kill' ? kill() : other())
  bar.stop()
  for (const line of told) say(line)
  if (options.data === undefined) await rm(dataDir, { recursive: true })
} catch (error) {
  bar.stop()
  process.stderr.write(`${wordsOf(error)}\nThe data is kept in ${dataDir}; the seed was ${seed}.\n`)
  process.exitCode = 1
}

async function kill(): Promise<string[]> {
  const report = await torture({ kills: tries, seed, dataDir, onKill: () => bar.increment() })
  return [
    `Killed ${report.kills} times, ${report.whileStarting} of them before it listened, ${report.afterLoading} after it had loaded a batch.`,
    `Acknowledged ${report.acknowledged} events; ${report.redelivered} requests sent one again.`,
    `In DuckDB and in the CSV files: ${report.events} events, every acknowledged one exactly once,`,
    'and all tables equal those of a run that nothing disturbed.',
  ]
}

async function other(): Promise<string[]> {
  const acknowledged = await tryFault({ fault, tries, seed, dataDir, onTry: () => bar.increment() })
  return [`Fault ${fault}: ${tries} tries, ${acknowledged} events acknowledged, 0 lost.`]
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value <= 0) throw new InvalidArgumentError('give a whole number above 0.')
  return value
}
