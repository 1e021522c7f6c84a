/** `npm run send-samples`: sends invented survey traffic to the running receiver, and shows what SQL says about it. */
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError } from 'commander'
import { sampleEvents } from '../src/samples/samples.ts'
import { warehousePath } from '../src/stores.ts'
import { runCommand } from './command.ts'
import { firstAnswer, waitUntilLoaded } from './first-answer.ts'
import { loadPending } from './loading.ts'
import { sendAll } from './sending.ts'
import { say } from './terminal.ts'

const DAY = 86_400_000
/** Milliseconds of survey traffic that an event stands for, rounded up; and the longest that a tag comes late. */
const PER_EVENT = 9_000
const TAG_DELAY = DAY / 3
/** Milliseconds: longer than the default schedule leaves between two loads. */
const LOADED_WITHIN = 360_000

interface Options {
  readonly count: number
  readonly url?: string
  readonly rate?: number
  readonly seed?: number
  readonly secret?: string
}

const program = new Command('npm run send-samples --')
  .description('Send invented survey traffic to the running receiver, and ask SQL about it once it is loaded.')
  .option('--count <n>', 'how many events', positive, 1000)
  .option('--url <url>', 'where to (default: the receiver on this machine, as HOST and PORT say)')
  .option('--rate <n>', 'most events a second (default: as fast as they are answered)', positive)
  .option('--seed <n>', 'the same seed on the same day sends the same events, which are then duplicates', positive)
  .option('--secret <secret>', 'secret of the receiver (default: WEBHOOK_SECRET)')
  .addHelpText('after', '\nExample: npm run send-samples -- --count 10000 --rate 500')

await runCommand(program, async (config) => {
  const { count, url: given, rate, seed = Date.now() % 1e9, secret } = program.opts<Options>()
  const url =
    given ?? `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}/webhooks/refiner`
  const start = new Date(Math.floor((Date.now() - count * PER_EVENT - TAG_DELAY) / DAY) * DAY)

  const bar = new SingleBar({
    format: 'sending {bar} {value}/{total} events, {eta_formatted} left',
    noTTYOutput: false,
  })
  if (process.stdout.isTTY) bar.start(count, 0)
  const { accepted, duplicate, failed, refusal } = await sendAll({
    url,
    secret: secret ?? config.webhookSecrets[0],
    bodies: sampleEvents({ seed, count, start }),
    rate,
    onAnswer: () => bar.increment(),
  }).finally(() => bar.stop())
  say(`Sent ${count} events: ${accepted} accepted, ${duplicate} duplicate, ${failed} failed (seed ${seed}).`)
  if (refusal !== null) say(`The first refusal: ${refusal}`)
  if (accepted + duplicate === 0) return false

  const [other] = given === undefined && !config.destinations.includes('duckdb') ? config.destinations : []
  const asked = other ?? 'duckdb'
  if (given === undefined) await loadPending(config, [asked])
  if (!(await waitUntilLoaded(asked, { url: new URL('/stats', url).href, atMost: LOADED_WITHIN, say }))) return false
  if (asked !== 'duckdb') say(`They are in ${asked}; docs/${asked}.md says how to ask for them.`)
  else say(`\n${await firstAnswer(warehousePath(config))}`)
  return failed === 0
})

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value <= 0) throw new InvalidArgumentError('give a whole number above 0.')
  return value
}
