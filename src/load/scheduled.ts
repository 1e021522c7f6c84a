/** Runs one destination on the schedule: starts its loads, holds back other readers of its file, and reports its status. */
import type { EventBuffer } from '../buffer/buffer.ts'
import type { Destination } from '../destinations/destination.ts'
import { reasonOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { type Jobs, startJobs } from './jobs.ts'
import type { LoaderOptions } from './loader.ts'
import { startProbe } from './probe.ts'
import { BACKOFF } from './retry.ts'
import { createRunner, type LoaderState, type Runner, type RunnerOptions, type TakeTurn } from './runner.ts'
import { startSchedule } from './schedule.ts'

export function startDestination(
  destination: Destination,
  signal: AbortSignal,
  takeTurn: TakeTurn | undefined,
  options: LoaderOptions,
) {
  const { buffer, log, whenPending } = options
  const { name } = destination
  let state: LoaderState = { state: 'idle', reason: null }
  let eager = options.eager
  const tell = () => {
    const reason = state.reason ?? probe.concern() ?? jobs.failure()
    options.onStatus(name, { ...state, reason, nextLoadAt: schedule.nextAt() })
  }
  const jobs = startJobs(options.jobs?.[name] ?? [], { log, onEnd: tell })
  const probe = startProbe(destination, { log, onChange: tell })
  const runner = createRunner({
    ...runnerOptions(destination, takeTurn, options),
    signal,
    onState: (next) => {
      state = next
      tell()
    },
    onLoaded: () => {
      probe.isWell()
      eager = false
    },
  })
  const runs = runsOf(async () => {
    await loadMakingWay({ destination, buffer, jobs, runner, isIdle: () => state.state === 'idle' })
    if (signal.aborted) return
    tell()
    await prune(buffer, log)
  }, failed)

  function failed(error: unknown): void {
    log.error({ destination: name, reason: reasonOf(error) }, 'load failed')
  }

  const schedule = startSchedule({
    cron: options.cron,
    leastInterval: destination.leastInterval ?? 0,
    load: runs.start,
    isDue: async () => {
      if (state.state === 'waiting') return await isFree(buffer, name)
      if (state.state !== 'idle') return false
      return (await countPending(buffer, name)) >= (eager ? 1 : whenPending)
    },
    onError: failed,
  })
  tell()
  return {
    async stop() {
      schedule.stop()
      probe.stop()
      await Promise.all([runs.end(), jobs.stop()])
    },
  }
}

function runnerOptions(
  destination: Destination,
  takeTurn: TakeTurn | undefined,
  { buffer, limits, flattening, deaths, onLoading, log }: LoaderOptions,
): Omit<RunnerOptions, 'signal' | 'onState' | 'onLoaded'> {
  const { name } = destination
  return {
    buffer,
    destination,
    limits: limits(name),
    ...(flattening && { flattening }),
    death: deaths?.find((death) => death.destination === name),
    ...(takeTurn && { takeTurn }),
    onLoading: (loading) => onLoading?.(name, loading),
    log,
    backoff: BACKOFF,
  }
}

/** Runs under way, which an end waits for. */
function runsOf(run: () => Promise<void>, onError: (error: unknown) => void) {
  const under = new Set<Promise<void>>()
  return {
    start() {
      const running = run()
        .catch(onError)
        .finally(() => under.delete(running))
      under.add(running)
    },
    end: () => Promise.all(under),
  }
}

interface Load {
  readonly destination: Destination
  readonly buffer: EventBuffer
  readonly jobs: Jobs
  readonly runner: Runner
  readonly isIdle: () => boolean
}

/** Others make way only for a load that needs the file that they read, and has something to do. */
async function loadMakingWay({ destination, buffer, jobs, runner, isIdle }: Load): Promise<void> {
  if (destination.needsFile !== undefined) {
    // If the buffer cannot count, the run itself reports the error.
    const pending = await countPending(buffer, destination.name).catch(() => Number.POSITIVE_INFINITY)
    if (isIdle() && !destination.needsFile(pending)) return
    await jobs.hold()
  }
  try {
    await runner.run()
  } finally {
    if (destination.needsFile !== undefined) jobs.release()
  }
}

async function countPending(buffer: EventBuffer, consumer: string): Promise<number> {
  return (await buffer.stats()).consumers[consumer]?.pending ?? 0
}

/** Whether the turn that another process had is over. */
async function isFree(buffer: EventBuffer, consumer: string): Promise<boolean> {
  const claim = await buffer.claim(consumer)
  claim?.release()
  return claim !== undefined
}

async function prune(buffer: EventBuffer, log: Log): Promise<void> {
  const dropped = await buffer.prune(Date.now() * 1000)
  if (dropped > 0) log.info({ events: dropped }, 'dropped loaded events beyond the retention')
}
