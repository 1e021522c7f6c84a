/** `npm run send-samples`: sends invented survey traffic to the running receiver, and shows what SQL says about it. */
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError } from 'commander'
import { WEBHOOK_PATH } from '../src/receiver/answers.ts'
import { recentEvents } from '../src/samples/recent.ts'
import { hasBuffer, warehousePath } from '../src/stores.ts'
import { runCommand } from './command.ts'
import { firstAnswer, waitUntilLoaded } from './first-answer.ts'
import { loadPending } from './loading.ts'
import { waitOption } from './patience.ts'
import { sendAll } from './sending.ts'
import { say } from './terminal.ts'

/** Milliseconds. The same seed tells the same within one, and nothing is in the future. */
const HOUR = 3_600_000
/** Milliseconds: longer than the default schedule leaves between two loads. */
const LOADED_WITHIN = 360_000
/** Longer ago than that the invented surveys were not made. */
const MAX_DAYS = 730
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

interface Options {
  readonly count: number
  readonly days: number
  readonly url?: string
  readonly rate?: number
  readonly seed?: number
  readonly secret?: string
  readonly wait: number
}

const program = new Command('npm run send-samples --')
  .description('Send invented survey traffic to the running receiver, and ask SQL about it once it is loaded.')
  .option('--count <n>', 'how many events', positive(), 1000)
  .option('--days <n>', 'over how many days up to now their times are spread, about', positive(MAX_DAYS), 90)
  .option('--url <url>', 'where to (default: the receiver on this machine, as HOST and PORT say)')
  .option('--rate <n>', 'most events a second (default: as fast as they are answered)', positive())
  .option(
    '--seed <n>',
    'the same seed within the same hour sends the same events, which are then duplicates',
    positive(),
  )
  .option('--secret <secret>', 'secret of the receiver (default: WEBHOOK_SECRET)')
  .addOption(waitOption)
  .addHelpText('after', '\nExample: npm run send-samples -- --count 10000 --days 365')

await runCommand(program, async (config) => {
  const { url: given, secret = config.webhookSecrets[0], wait, ...options } = program.opts<Options>()
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const url = given ?? `http://${host}:${config.port}${WEBHOOK_PATH}`
  const { failed, eventId, isStopped } = await send(url, secret, options)
  if (isStopped || eventId === null) return false

  const [other] = given === undefined && !config.destinations.includes('duckdb') ? config.destinations : []
  const asked = other ?? 'duckdb'
  if (given === undefined && hasBuffer(config) && !(await loadPending(config, [asked], wait))) return false
  if (!(await waitUntilLoaded(asked, { url: new URL('/stats', url).href, atMost: LOADED_WITHIN, say }))) return false
  if (asked !== 'duckdb') say(`They are in ${asked}; docs/${asked}.md says how to ask for them.`)
  else say(`\n${await firstAnswer(warehousePath(config), eventId, wait)}`)
  return failed === 0
})

/** With a bar on a terminal, until all are sent or someone presses Ctrl-C; then says what became of them. */
async function send(
  url: string,
  secret: string | undefined,
  options: Pick<Options, 'count' | 'days' | 'rate' | 'seed'>,
) {
  const { count, days, rate, seed = Date.now() % 1e9 } = options
  const end = new Date(Math.floor(Date.now() / HOUR) * HOUR)
  const bodies = recentEvents({ seed, count, end, days })
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  for (const name of SIGNALS) process.once(name, stop)
  const bar = new SingleBar({
    format: 'sending {bar} {value}/{total} events, {eta_formatted} left',
    noTTYOutput: false,
  })
  if (process.stdout.isTTY) bar.start(count, 0)
  const onAnswer = () => bar.increment()
  const sent = await sendAll({ url, secret, bodies, rate, onAnswer, signal: stopping.signal }).finally(() => {
    bar.stop()
    for (const name of SIGNALS) process.off(name, stop)
  })
  const { accepted, duplicate, failed, refusal } = sent
  const answered = accepted + duplicate + failed
  const isStopped = answered < count
  say(
    `Sent ${answered}${isStopped ? ` of ${count} events, then stopped` : ' events'}: ` +
      `${accepted} accepted, ${duplicate} duplicate, ${failed} failed (seed ${seed}).`,
  )
  if (refusal !== null) say(`The first refusal: ${refusal}`)
  return { ...sent, isStopped }
}

function positive(most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text)
    if (Number.isSafeInteger(value) && value > 0 && value <= most) return value
    throw new InvalidArgumentError(`give a whole number from 1${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}.`)
  }
}
