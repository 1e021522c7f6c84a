import test, { type ExecutionContext } from 'ava'
import type { BufferOptions, BufferStats, EventBuffer } from '../../src/buffer/buffer.ts'
import type { Place } from '../support/buffers.ts'

/** Opens a buffer at the test's place; all are closed at its end. */
export type Open = (options?: BufferOptions) => EventBuffer

/** Declares a test that has a place of its own. */
export function withBuffer<P extends Place>(
  title: string,
  make: () => P,
  body: (t: ExecutionContext, open: Open, place: P) => Promise<unknown>,
): void {
  test(title, async (t) => {
    const place = make()
    const opened: EventBuffer[] = []
    const open: Open = (options) => {
      const buffer = place.open(options)
      opened.push(buffer)
      return buffer
    }
    try {
      await body(t, open, place)
    } finally {
      await Promise.all(opened.map((buffer) => buffer.close()))
      place.remove()
    }
  })
}

/** What is received but not accounted for, by consumer: nothing, at any instant. */
export function unaccounted({ received, duplicate, quarantined, quarantine, consumers }: BufferStats): string[] {
  const aside = quarantine.kept + quarantine.dropped + quarantine.overflowed
  const wrong = aside === quarantined ? [] : [`quarantined ${quarantined} != ${aside}`]
  for (const [name, { pending, loaded, missed }] of Object.entries(consumers)) {
    const sum = duplicate + quarantined + pending + loaded + missed
    if (received !== sum || Math.min(pending, loaded, missed) < 0) wrong.push(`${name}: ${received} != ${sum}`)
  }
  return wrong
}
