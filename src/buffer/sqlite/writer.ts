/**
 * The writer's thread: waiting for the disk must not hold up the event loop that answers. One group at a time, one commit
 * for each. An error after which the connection cannot be trusted ends the thread; the next event starts another.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { PermanentError, reasonOf } from '../../errors.ts'
import type { BufferOptions } from '../buffer.ts'
import { bufferError, leavesConnectionWell } from './errors.ts'
import { type Group, unpackGroup } from './group.ts'
import { keeper, type Outcome } from './keep.ts'
import { openDatabase } from './open.ts'

export interface WriterData {
  readonly path: string
  /** The buffer that must be there. */
  readonly name: string
  readonly options: BufferOptions
}

/** What became of a group: of each event, or why nothing of it was kept. */
export type Reply = { readonly outcomes: readonly Outcome[] } | { readonly refused: string }

const { path, name, options }: WriterData = workerData
const { db, name: found } = openDatabase(path)
if (found !== name) {
  throw new PermanentError(
    `store the event: ${path} was replaced by another buffer while this one was open; start again`,
  )
}
const { keep } = keeper(db, options)

parentPort?.on('message', (message: Group | 'close') => {
  if (message === 'close') {
    db.close()
    parentPort?.close()
  } else parentPort?.postMessage(store(message))
})

function store(group: Group): Reply {
  try {
    return { outcomes: keep(unpackGroup(group)) }
  } catch (error) {
    if (!leavesConnectionWell(error)) throw error
    return { refused: reasonOf(bufferError('store the event', path, error)) }
  }
}
