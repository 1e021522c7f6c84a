/** All destinations, each on the schedule by itself: a destination in trouble holds up no other. */
import type { BatchLimits, EventBuffer } from '../buffer/buffer.ts'
import type { Destination } from '../destinations/destination.ts'
import { WordedError } from '../errors.ts'
import type { FlattenOptions } from '../flatten/options.ts'
import type { Log } from '../log.ts'
import type { Death, Loading } from './deaths.ts'
import type { Job } from './jobs.ts'
import type { LoaderState, TakeTurn } from './runner.ts'
import { startDestination } from './scheduled.ts'

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
