/** The process edge: settings, signals, exit code. */
import { ConfigError, loadConfig } from './config.ts'
import { type Connector, startConnector } from './connector.ts'
import { reasonOf } from './errors.ts'
import { createLog, type Log } from './log.ts'

/** How long stopping may take, in milliseconds, before the process ends anyway: below the 30 s of most supervisors. */
const GRACE_PERIOD = 20_000

export interface Surroundings {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

/** Runs the connector until a signal ends it. What keeps it from running is told in words, and by the exit code. */
export async function run(surroundings: Surroundings): Promise<void> {
  await start(surroundings).catch(fail)
}

async function start({ argv, env, cwd }: Surroundings): Promise<void> {
  if (argv.length > 2) {
    const { help } = await import('./help.ts')
    return help(argv)
  }
  const config = loadConfig({ env, cwd })
  const log = createLog(config.logLevel)
  process.once('uncaughtException', (error) => {
    log.fatal({ reason: reasonOf(error) }, 'ended by an error in the receiver itself; report it as a bug')
    process.exit(1)
  })
  const connector = await startConnector(config, log, process.stdout.isTTY)
  let stopping = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return endNow(signal)
    stopping = true
    log.info({ signal }, 'stopping; a second signal ends it at once, and loses nothing either')
    stop(connector, log).catch(fail)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  log.info({ url: connector.url, destinations: config.destinations, data: config.dataDir }, 'receiving webhooks')
  if (config.webhookSecrets.length === 0) {
    log.warn('no WEBHOOK_SECRET is set: anyone on this machine may send, no one from outside can')
  }
}

async function stop(connector: Connector, log: Log): Promise<void> {
  const overdue = setTimeout(() => {
    const seconds = GRACE_PERIOD / 1000
    log.error({ seconds }, 'stopping took too long, ending; what is pending is loaded at the next start')
    endNow('SIGTERM')
  }, GRACE_PERIOD)
  await connector.stop()
  clearTimeout(overdue)
  log.info('stopped')
}

/**
 * Ends by what the signal does by default. `process.exit` would first tear down the thread that writes, which in the middle of
 * native work aborts; only as process 1 of a container, where the default is to do nothing, is it what is left.
 */
function endNow(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  process.exit(1)
}

function fail(error: unknown): void {
  const text = error instanceof ConfigError ? reasonOf(error) : `run refiner-warehouse: ${reasonOf(error)}`
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
}
