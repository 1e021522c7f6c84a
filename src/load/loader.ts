/** All destinations, each on the schedule by itself: a destination in trouble holds up no other. */
import type { BatchLimits, EventBuffer } from '../buffer/buffer.ts'
import type { Destination } from '../destinations/destination.ts'
import { reasonOf, WordedError } from '../errors.ts'
import type { FlattenOptions } from '../flatten/options.ts'
import type { Log } from '../log.ts'
import type { Death, Loading } from './deaths.ts'
import { type Job, startJobs } from './jobs.ts'
import { startProbe } from './probe.ts'
import { BACKOFF } from './retry.ts'
import { createRunner, type LoaderState, type TakeTurn } from './runner.ts'
import { startSchedule } from './schedule.ts'

/** How one destination does: what the health page and the statistics show. */
export interface DestinationStatus extends LoaderState {
  readonly nextLoadAt: string | null
}

export interface LoaderOptions {
  readonly buffer: EventBuffer
  readonly destinations: readonly Destination[]
  readonly cron: string
  /** Load ahead of the schedule when so many events are pending. */
  readonly whenPending: number
  /** Load the first events of this process at once, so that someone at a terminal sees them. */
  readonly eager: boolean
  /** By the name of the destination. */
  readonly limits: (destination: string) => BatchLimits
  /** How events become rows; no setting is set if not given. */
  readonly flattening?: FlattenOptions
  readonly log: Log
  /** What reads a destination between its loads, by the name of the destination. */
  readonly jobs?: Readonly<Record<string, readonly Job[]>>
  readonly onStatus: (destination: string, status: DestinationStatus) => void
  /** What earlier loaders died of. */
  readonly deaths?: readonly Death[]
  /** Whether one destination loads at a time. */
  readonly inTurn?: boolean
  /** Told of each batch before it is loaded, and of null after. */
  readonly onLoading?: (destination: string, loading: Loading | null) => void
}

export interface Loader {
  /** Ends the loads under way at a safe place; nothing is loaded half. */
  stop(): Promise<void>
}

export function startLoader(options: LoaderOptions): Loader {
  const stopping = new AbortController()
  const takeTurn = options.inTurn === true ? oneAtATime() : undefined
  const loads = options.destinations.map((destination) =>
    startDestination(destination, stopping.signal, takeTurn, options),
  )
  return {
    async stop() {
      stopping.abort(new WordedError('stop: the process is ending'))
      await Promise.all(loads.map((load) => load.stop()))
    },
  }
}

function oneAtATime(): TakeTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next
    return next
  }
}

function startDestination(
  destination: Destination,
  signal: AbortSignal,
  takeTurn: TakeTurn | undefined,
  options: LoaderOptions,
) {
  const { buffer, limits, log, whenPending } = options
  let state: LoaderState = { state: 'idle', reason: null }
  let eager = options.eager
  const tell = () => {
    const reason = state.reason ?? probe.concern() ?? jobs.failure()
    options.onStatus(destination.name, { ...state, reason, nextLoadAt: schedule.nextAt() })
  }
  const jobs = startJobs(options.jobs?.[destination.name] ?? [], { log, onEnd: tell })
  const probe = startProbe(destination, { log, onChange: tell })
  const runner = createRunner({
    buffer,
    destination,
    limits: limits(destination.name),
    ...(options.flattening && { flattening: options.flattening }),
    death: options.deaths?.find((death) => death.destination === destination.name),
    ...(takeTurn && { takeTurn }),
    onLoading: (loading) => options.onLoading?.(destination.name, loading),
    signal,
    log,
    backoff: BACKOFF,
    onState: (next) => {
      state = next
      tell()
    },
    onLoaded: () => {
      probe.isWell()
      eager = false
    },
  })
  const under = new Set<Promise<void>>()

  const countPending = async () => (await buffer.stats()).consumers[destination.name]?.pending ?? 0

  /** Whether the turn that another process had is over. */
  const isFree = async () => {
    const claim = await buffer.claim(destination.name)
    claim?.release()
    return claim !== undefined
  }

  /** Others make way only for a load that needs the file that they read, and has something to do. */
  const load = async () => {
    if (destination.needsFile === undefined) return runner.run()
    // A buffer that does not tell is told by the run.
    const pending = await countPending().catch(() => Number.POSITIVE_INFINITY)
    if (state.state === 'idle' && !destination.needsFile(pending)) return 'loaded'
    await jobs.hold()
    return runner.run().finally(() => jobs.release())
  }

  const run = async () => {
    await load()
    if (signal.aborted) return
    tell()
    const dropped = await buffer.prune(Date.now() * 1000)
    if (dropped > 0) log.info({ events: dropped }, 'dropped loaded events beyond the retention')
  }
  const failed = (error: unknown) =>
    log.error({ destination: destination.name, reason: reasonOf(error) }, 'load failed')

  const schedule = startSchedule({
    cron: options.cron,
    leastInterval: destination.leastInterval ?? 0,
    load: () => {
      const running = run()
        .catch(failed)
        .finally(() => under.delete(running))
      under.add(running)
    },
    isDue: async () => {
      if (state.state === 'waiting') return await isFree()
      if (state.state !== 'idle') return false
      return (await countPending()) >= (eager ? 1 : whenPending)
    },
    onError: failed,
  })
  tell()
  return {
    async stop() {
      schedule.stop()
      probe.stop()
      await Promise.all([...under, jobs.stop()])
    },
  }
}
