/** What was set aside: listing, reading, and the two ways out. */
import type { DatabaseSync } from 'node:sqlite'
import type { ArrivedEvent, BufferOptions, Quarantined } from '../buffer.ts'
import { type Arrival, idBytes } from './group.ts'
import { keeper } from './keep.ts'
import { query, writing } from './transaction.ts'

export interface Quarantine {
  list(): Quarantined[]
  read(id: string): (ArrivedEvent & { readonly reason: string }) | undefined
  release(id: string, as?: Pick<ArrivedEvent, 'id' | 'body'>): 'accepted' | 'duplicate' | 'unknown'
  drop(id: string): boolean
}

export function createQuarantine(db: DatabaseSync, options: BufferOptions): Quarantine {
  const { add, counts, save, requireRoom } = keeper(db, options)
  const selectAll = query<Quarantined>(
    db,
    `
    SELECT lower(hex(id)) AS id, received_at AS receivedAt, reason, length(body) AS bytes FROM quarantine ORDER BY place`,
  )
  const selectOne = query<Arrival & { reason: string }>(
    db,
    `
    SELECT id, received_at AS receivedAt, source, reason, body FROM quarantine WHERE id = ?`,
  )
  const remove = db.prepare('DELETE FROM quarantine WHERE id = ?')

  const find = (id: string) => (/^[0-9a-f]{32}$/i.test(id) ? selectOne.first(idBytes(id)) : undefined)

  function read(id: string): (ArrivedEvent & { readonly reason: string }) | undefined {
    const found = find(id)
    if (found === undefined) return undefined
    const { receivedAt, source, body, reason } = found
    return { id: id.toLowerCase(), receivedAt, source, body, reason }
  }

  function release(id: string, as?: Pick<ArrivedEvent, 'id' | 'body'>): 'accepted' | 'duplicate' | 'unknown' {
    return writing(db, () => {
      const found = find(id)
      if (found === undefined) return 'unknown'
      requireRoom()
      const changed = counts()
      const event = as === undefined ? found : { ...found, id: idBytes(as.id), body: as.body }
      const outcome = add(event, changed)
      takeOut(found, changed)
      save(changed)
      return outcome
    })
  }

  function drop(id: string): boolean {
    return writing(db, () => {
      const found = find(id)
      if (found === undefined) return false
      const changed = counts()
      takeOut(found, changed)
      changed.quarantineDropped++
      save(changed)
      return true
    })
  }

  function takeOut({ id, body }: Arrival, changed: ReturnType<typeof counts>): void {
    remove.run(id)
    changed.quarantineKept--
    changed.quarantineBytes -= body.length
  }

  return { list: () => [...selectAll.each()], read, release, drop }
}
