/** Events that cannot be loaded: out of the way of the others, and into the quarantine. */
import type { DatabaseSync } from 'node:sqlite'
import { type BufferOptions, eventId } from '../buffer.ts'
import { type Arrival, idBytes } from './group.ts'
import { keeper } from './keep.ts'
import { query, writing } from './transaction.ts'

/** @returns takes the event at a position out; false when there is none any more */
export function createTakeOut(db: DatabaseSync, options: BufferOptions): (seq: number, reason: string) => boolean {
  const { counts, keepAside, save } = keeper(db, options)
  const select = query<Omit<Arrival, 'reason'>>(
    db,
    'SELECT id, received_at AS receivedAt, source, body FROM events WHERE seq = ? AND seq NOT IN (SELECT seq FROM taken_out)',
  )
  const note = db.prepare('INSERT INTO taken_out (seq, event_id, quarantine_id) VALUES (?, ?, ?)')
  // Shorter than ids are, so that it is none of theirs.
  const empty = db.prepare("UPDATE events SET id = CAST(seq AS BLOB), body = x'' WHERE seq = ?")

  return (seq, reason) =>
    writing(db, () => {
      const event = select.first(seq)
      if (event === undefined) return false
      // Of the bytes as they are now: that is what is in the quarantine.
      const id = idBytes(eventId(event.body))
      const changed = counts()
      keepAside({ ...event, id, reason }, changed)
      note.run(seq, event.id, id)
      empty.run(seq)
      save(changed)
      return true
    })
}
