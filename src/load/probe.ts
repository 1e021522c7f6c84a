/** Whether a destination can be reached, looked at before there is anything to load, so that it is told in time. */
import type { Destination } from '../destinations/destination.ts'
import { reasonOf } from '../errors.ts'
import type { Log } from '../log.ts'

/** Milliseconds until it is looked at again where it could not be reached. */
const AGAIN = 60_000

export interface Probe {
  /** Why it could not be reached; null while that is not known, or it was. */
  concern(): string | null
  /** To be called when a load reached it. */
  isWell(): void
  stop(): void
}

interface ProbeOptions {
  readonly log: Log
  /** Told when the concern is another. */
  readonly onChange: () => void
  readonly again?: number
}

export function startProbe({ name, reach }: Destination, { log, onChange, again = AGAIN }: ProbeOptions): Probe {
  let concern: string | null = null
  let timer: NodeJS.Timeout | undefined
  let isOver = reach === undefined
  const set = (next: string | null) => {
    if (next === concern) return
    if (next === null) log.info({ destination: name }, 'destination is within reach again')
    else log.warn({ destination: name, reason: next }, 'destination is out of reach, events are kept')
    concern = next
    onChange()
  }
  const end = () => {
    isOver = true
    clearTimeout(timer)
  }
  const look = async () => {
    const found = await reach?.().then(
      () => null,
      (error: unknown) => reasonOf(error),
    )
    if (isOver) return
    set(found ?? null)
    if (concern === null) end()
    else timer = setTimeout(() => void look(), again)
  }
  void look()
  return {
    concern: () => concern,
    isWell() {
      if (isOver) return
      end()
      set(null)
    },
    stop: end,
  }
}
