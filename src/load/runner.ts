/**
 * Loads into one destination whenever it is asked, never twice at a time: neither in this process (runs follow each
 * other) nor in two (the buffer's claim). One destination's trouble is its own: it is told, kept, and tried again at
 * the next call, which is how a stopped destination resumes by itself.
 *
 *     idle ── run ──▶ loading ── transient error ──▶ retrying ──▶ loading
 *      ▲                 │ done                                      │
 *      └─────────────────┴───────── any other error ──▶ stopped ◀────┘   stopped ── run ──▶ loading
 */
import type { LoadRecord } from '../../schemas/records.ts'
import type { Claim, EventBuffer } from '../buffer/buffer.ts'
import { HeldError, reasonOf, type TransientError, wordsOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { type LoadOptions, load } from './load.ts'

export interface LoaderState {
  readonly state: 'idle' | 'loading' | 'waiting' | 'retrying' | 'stopped'
  /** For whom it is waiting, or why it is retrying or stopped, with the way out; null otherwise. */
  readonly reason: string | null
}

export interface RunnerOptions extends Omit<LoadOptions, 'onLoaded' | 'onRetry' | 'onTakenOut'> {
  readonly log: Log
  readonly onState: (state: LoaderState) => void
  readonly onLoaded?: (record: LoadRecord) => void
  /** Waits until it may load beside other destinations; at once if not given. */
  readonly takeTurn?: TakeTurn
  /** Told of each failure after which it is tried again; logs it if it is not given. */
  readonly onTrouble?: (error: TransientError) => void
  /** What to do with the right to load; loads what is pending if it is not given. */
  readonly task?: (options: LoadOptions) => Promise<void>
}

/** `loaded`: all was done. `busy`: another process, or an earlier call, is loading. `stopped`: see the state's reason. */
export type RunOutcome = 'loaded' | 'busy' | 'stopped'

/** Runs the work when its turn has come. */
export type TakeTurn = (work: () => Promise<RunOutcome>) => Promise<RunOutcome>

export interface Runner {
  run(): Promise<RunOutcome>
}

export function createRunner(options: RunnerOptions): Runner {
  let running: Promise<RunOutcome> | undefined
  return {
    async run() {
      if (running !== undefined) return 'busy'
      const { takeTurn = (work) => work() } = options
      running = takeTurn(() => runOnce(options)).finally(() => {
        running = undefined
      })
      return running
    },
  }
}

async function runOnce(options: RunnerOptions): Promise<RunOutcome> {
  const { buffer, destination, signal, log, onState, onLoaded, task = load } = options
  const { name } = destination
  const {
    onTrouble = (error) => log.warn({ destination: name, reason: reasonOf(error) }, 'load failed, trying again'),
  } = options
  let claim: Claim | undefined
  let end: LoaderState = { state: 'idle', reason: null }
  try {
    claim = await buffer.claim(name)
    if (claim === undefined) {
      onState({ state: 'waiting', reason: `${await turnOf(buffer, name)}; it is waited for` })
      return 'busy'
    }
    onState({ state: 'loading', reason: null })
    await task({
      ...options,
      onRetry: (error) => {
        traceWords(options, error)
        onTrouble(error)
        onState({ state: error instanceof HeldError ? 'waiting' : 'retrying', reason: reasonOf(error) })
      },
      onTakenOut: ({ eventId, reason }) =>
        log.error(
          { destination: name, event_id: eventId, reason },
          'event taken out into the quarantine, the others load',
        ),
      onLoaded: (record) => {
        log.info(summary(record), 'loaded')
        onState({ state: 'loading', reason: null })
        onLoaded?.(record)
      },
    })
    await refreshViews(options)
    return 'loaded'
  } catch (error) {
    if (signal.aborted) {
      log.info({ destination: name }, 'load abandoned at a safe place')
    } else {
      traceWords(options, error)
      log.error({ destination: name, reason: reasonOf(error) }, 'destination stopped, events are kept')
      end = { state: 'stopped', reason: reasonOf(error) }
    }
    return 'stopped'
  } finally {
    try {
      if (claim !== undefined) await destination.close()
    } finally {
      claim?.release()
    }
    // Only now may others have the file.
    if (claim !== undefined || end.state === 'stopped') onState(end)
  }
}

/** For someone who looks for a fault, and has set LOG_LEVEL=trace for that: the words may quote what people answered. */
const traceWords = ({ log, destination }: RunnerOptions, error: unknown) =>
  log.trace({ destination: destination.name, words: wordsOf(error) }, 'what was thrown')

/** `PID 4788 (npm run load) has the turn to load into duckdb`. */
export async function turnOf(buffer: EventBuffer, consumer: string): Promise<string> {
  const who = (await buffer.claimant(consumer)) ?? 'another process'
  return `${who} has the turn to load into ${consumer}`
}

/** So many changes of columns are told by name. */
const TOLD = 10

/** A changed type before a column that is gone, which as a rule was empty. */
const byGravity = (one: string, other: string) => Number(one.includes(': gone,')) - Number(other.includes(': gone,'))

/** What people see is made after what they have is safe, and its failure stops nothing: the next run tries again. */
async function refreshViews({ destination, log, signal }: RunnerOptions): Promise<void> {
  try {
    const { reasons, changes } = (await destination.refreshViews?.({ signal })) ?? { reasons: [], changes: [] }
    for (const reason of reasons) log.warn({ destination: destination.name, reason }, 'view not made')
    if (changes.length > 0) {
      const told = { columns: changes.length, first: changes.toSorted(byGravity).slice(0, TOLD) }
      log.info(
        { destination: destination.name, ...told },
        'columns of views changed: npm run columns shows their types',
      )
    }
  } catch (error) {
    log.warn({ destination: destination.name, reason: reasonOf(error) }, 'views not made, the next load tries again')
  }
}

function summary({ destination, batchId, events, rows, startedAt, finishedAt, bytesBilled }: LoadRecord) {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0)
  const milliseconds = Date.parse(finishedAt) - Date.parse(startedAt)
  const billed = bytesBilled === null ? {} : { bytes_billed: bytesBilled }
  return { destination, batch_id: batchId, events, rows: total, milliseconds, ...billed }
}
