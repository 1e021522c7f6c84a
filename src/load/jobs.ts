/**
 * Work on schedules of its own that reads what a destination loads into, such as exports: one after the other, and never while a
 * load needs the warehouse for itself. Such a load does not wait: the job under way is ended, and begins again after it. What fails
 * and may pass by itself is tried again after a pause, behind those that waited then, or at its next time if that is sooner: once, as of that
 * time, as a job has one turn however often it was due.
 */
import { NotYetError, reasonOf, TransientError, WordedError } from '../errors.ts'
import type { Log } from '../log.ts'
import { BACKOFF, pauseAfter } from './retry.ts'
import { everyTime, nextTime } from './schedule.ts'

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
  /** The newest failure of each job that has not worked since (that nothing is loaded yet is none), or that loads end again and again; null when all is well. */
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
  const waiting = createQueue(() => begin())
  const told = createTold()
  let holds = 0
  let running: { readonly ending: AbortController; readonly done: Promise<void> } | undefined

  function begin(): void {
    const due = running !== undefined || holds > 0 ? undefined : waiting.take()
    if (due === undefined) return
    const ending = new AbortController()
    const done = run(due, ending.signal).finally(() => {
      running = undefined
      onEnd()
      begin()
    })
    running = { ending, done }
  }

  async function run(due: Due, signal: AbortSignal): Promise<void> {
    const { job, at } = due
    const said = { export: job.name }
    try {
      const result = await job.run(at, signal)
      told.isWell(job.name)
      log.info({ ...said, ...result }, 'exported')
    } catch (error) {
      if (signal.aborted) {
        log.info({ ...said, reason: reasonOf(signal.reason) }, 'export ended')
        told.ended(job.name)
        waiting.addAgain(due)
        return
      }
      if (error instanceof NotYetError) {
        told.isWell(job.name)
        const next = nextTime(job.cron)
        log.info(
          { ...said, reason: reasonOf(error), next },
          'nothing to export before the first load, its next time tries again',
        )
        return
      }
      const times = told.failed(job.name, error)
      if (error instanceof TransientError) {
        log.warn({ ...said, reason: reasonOf(error) }, 'export failed, trying again')
        waiting.addAgain(due, pauseAfter(error, times, BACKOFF))
      } else log.error({ ...said, reason: reasonOf(error) }, 'export failed, its next time tries again')
    }
  }

  const stops = jobs.map((job) =>
    schedule(job.cron, () => {
      waiting.add({ job, at: new Date() })
      begin()
    }),
  )
  const hold = async (reason: string) => {
    holds += 1
    running?.ending.abort(new WordedError(reason))
    await running?.done
  }

  return {
    hold: () => hold('a load is due, it begins again after it'),
    release() {
      holds -= 1
      begin()
    },
    failure: told.failure,
    async stop() {
      for (const stop of stops) stop()
      waiting.stop()
      await hold('the process is ending')
    },
  }
}

/** What is due, each job once however often it was, as of the newest time. @param onReady told when a job's pause is over */
function createQueue(onReady: () => void) {
  const waiting = new Map<string, Due>()
  /** Jobs among them that may not begin yet. */
  const pauses = new Map<string, NodeJS.Timeout>()
  const endPause = (name: string) => {
    clearTimeout(pauses.get(name))
    pauses.delete(name)
  }
  return {
    add(due: Due): void {
      endPause(due.job.name)
      waiting.set(due.job.name, due)
    },
    /** Behind those that wait. @param pause milliseconds */
    addAgain(due: Due, pause = 0): void {
      const { name } = due.job
      // Its next time has come meanwhile.
      if (waiting.has(name)) return
      waiting.set(name, due)
      if (pause === 0) return
      const over = () => {
        endPause(name)
        onReady()
      }
      pauses.set(name, setTimeout(over, pause))
    },
    take(): Due | undefined {
      const due = [...waiting.values()].find(({ job }) => !pauses.has(job.name))
      if (due !== undefined) waiting.delete(due.job.name)
      return due
    },
    stop(): void {
      for (const timer of pauses.values()) clearTimeout(timer)
    },
  }
}

/** How each job does, until it has worked. */
function createTold() {
  const failures = new Map<string, string>()
  /** Of failures that may pass by themselves. */
  const fails = new Map<string, number>()
  const ends = new Map<string, number>()
  const count = (counts: Map<string, number>, name: string) => {
    const times = (counts.get(name) ?? 0) + 1
    counts.set(name, times)
    return times
  }
  return {
    isWell(name: string): void {
      for (const counts of [failures, fails, ends]) counts.delete(name)
    },
    /** @returns how often in a row by what may pass by itself; 0 when this one does not */
    failed(name: string, error: unknown): number {
      failures.set(name, reasonOf(error))
      if (error instanceof TransientError) return count(fails, name)
      fails.delete(name)
      return 0
    },
    ended(name: string): void {
      const times = count(ends, name)
      if (times >= MANY) failures.set(name, `loads ended it ${times} times before it was whole; ${LESS_OFTEN}`)
    },
    failure: () => [...failures].map(([name, reason]) => `export ${name} failed: ${reason}`).join('; ') || null,
  }
}
