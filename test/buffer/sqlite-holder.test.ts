import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { claimFile } from '../../src/buffer/sqlite/claim.ts'
import { holderOf } from '../../src/buffer/sqlite/holder.ts'
import { sqlitePlace } from '../support/buffers.ts'
import { withBuffer } from './with-buffer.ts'

withBuffer(
  'who has a lock can be told by others while it has it, and no longer',
  sqlitePlace,
  async (t, _open, place) => {
    const lock = `${place.path}-duckdb.lock`
    t.is(holderOf(lock), undefined)
    const claim = claimFile(lock, 0)
    t.is(holderOf(lock), `PID ${process.pid} (node)`)
    t.is(claimFile(lock, 0), undefined)
    t.is(holderOf(lock), `PID ${process.pid} (node)`, 'who does not get it tells nothing')
    claim?.release()
    t.is(holderOf(lock), undefined)
  },
)

withBuffer('what a crash left, or someone else wrote, tells nothing', sqlitePlace, async (t, _open, place) => {
  const lock = `${place.path}-duckdb.lock`
  const { pid } = spawnSync(process.execPath, ['--version'])
  for (const text of [`${pid} npm run load`, '', 'x', `${process.pid} a\u001b[2J`]) {
    writeFileSync(`${place.path}-duckdb.holder`, text)
    t.is(holderOf(lock), undefined)
  }
})
