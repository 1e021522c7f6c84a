/**
 * Work on schedules of its own that reads what a destination loads into, such as exports: one after the other, and never while a
 * load has the warehouse. A load that is due does not wait: the job under way is ended, and begins again after the load.
 */
import { reasonOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { BACKOFF, retry } from './retry.ts'
import { everyTime } from './schedule.ts'

export interface Job {
  readonly name: string
  readonly cron: string
  /** Ends soon after the signal, leaving nothing behind. @returns what to tell of it */
  run(at: Date, signal: AbortSignal): Promise<Readonly<Record<string, string | number>>>
}

export interface Jobs {
  /** Ends what runs, and lets nothing begin until as many calls of `release`. Resolves once nothing has the warehouse. */
  hold(): Promise<void>
  release(): void
  /** The newest failure of each job that has not worked since, or that loads end again and again; null when all is well. */
  failure(): string | null
  stop(): Promise<void>
}

interface Due {
  readonly job: Job
  readonly at: Date
}

interface JobsOptions {
  readonly log: Log
  /** Told after each end of a job, whatever it was. */
  readonly onEnd: () => void
  /** Calls back at each time of an expression; returns how to end that. */
  readonly schedule?: typeof everyTime
}

/** Then it is told: it takes longer than the loads leave it. */
const MANY = 3
const LESS_OFTEN = 'load less often (LOAD_SCHEDULE, LOAD_WHEN_PENDING), or export less at once'

export function startJobs(jobs: readonly Job[], { log, onEnd, schedule = everyTime }: JobsOptions): Jobs {
  const waiting = new Map<string, Due>()
  const failures = new Map<string, string>()
  /** How often in a row each job was ended by a load. */
  const ended = new Map<string, number>()
  let holds = 0
  let running: { readonly ending: AbortController; readonly done: Promise<void> } | undefined

  const begin = () => {
    const [due] = waiting.values()
    if (running !== undefined || holds > 0 || due === undefined) return
    waiting.delete(due.job.name)
    const ending = new AbortController()
    const done = run(due, ending.signal).finally(() => {
      running = undefined
      onEnd()
      begin()
    })
    running = { ending, done }
  }

  async function run({ job, at }: Due, signal: AbortSignal): Promise<void> {
    const said = { export: job.name }
    try {
      const onRetry = (error: Error) => log.warn({ ...said, reason: reasonOf(error) }, 'export failed, trying again')
      const told = await retry(() => job.run(at, signal), { signal, backoff: BACKOFF, onRetry })
      failures.delete(job.name)
      ended.delete(job.name)
      log.info({ ...said, ...told }, 'exported')
    } catch (error) {
      if (signal.aborted) {
        log.info({ ...said, reason: reasonOf(signal.reason) }, 'export ended')
        const times = (ended.get(job.name) ?? 0) + 1
        ended.set(job.name, times)
        if (times >= MANY) failures.set(job.name, `loads ended it ${times} times before it was whole; ${LESS_OFTEN}`)
        // At its next time it would be due anyway.
        if (!waiting.has(job.name)) waiting.set(job.name, { job, at })
        return
      }
      failures.set(job.name, reasonOf(error))
      log.error({ ...said, reason: reasonOf(error) }, 'export failed, its next time tries again')
    }
  }

  const stops = jobs.map((job) =>
    schedule(job.cron, () => {
      waiting.set(job.name, { job, at: new Date() })
      begin()
    }),
  )
  const hold = async (reason: string) => {
    holds += 1
    running?.ending.abort(new Error(reason))
    await running?.done
  }

  return {
    hold: () => hold('a load is due, it begins again after it'),
    release() {
      holds -= 1
      begin()
    },
    failure: () => [...failures].map(([name, reason]) => `export ${name} failed: ${reason}`).join('; ') || null,
    async stop() {
      for (const stop of stops) stop()
      await hold('the process is ending')
    },
  }
}
