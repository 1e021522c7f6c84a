/**
 * The writer's thread: waiting for the disk must not hold up the event loop that answers. One group at a time, one commit
 * for each. An error after which the connection cannot be trusted ends the thread; the next event starts another.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { reasonOf } from '../../errors.ts'
import { type OpenedFiles, requireOpened } from '../../files/opened.ts'
import type { BufferOptions } from '../buffer.ts'
import { bufferError, leavesConnectionWell } from './errors.ts'
import { type Group, unpackGroup } from './group.ts'
import { keeper, type Outcome } from './keep.ts'
import { openDatabase } from './open.ts'

export interface WriterData {
  readonly path: string
  readonly options: BufferOptions
  /** Of the buffer: the one that must be there. */
  readonly files: OpenedFiles
}

/** What became of a group: of each event, or why nothing of it was kept. */
export type Reply = { readonly outcomes: readonly Outcome[] } | { readonly refused: string }

const { path, options, files: expected }: WriterData = workerData
// Before, as opening would make a file where there is none; and after, as only then is it certain what was opened.
requireOpened(expected, 'store the event')
const { db, files } = openDatabase(path)
requireOpened(expected, 'store the event')
const { keep } = keeper(db, options)

parentPort?.on('message', (message: Group | 'close') => {
  if (message === 'close') {
    db.close()
    parentPort?.close()
  } else parentPort?.postMessage(store(message))
})

function store(group: Group): Reply {
  try {
    // Before it, so that nothing is written in vain; after it, as only then is it certain where it went.
    requireOpened(files, 'store the event')
    const outcomes = keep(unpackGroup(group))
    requireOpened(files, 'store the event')
    return { outcomes }
  } catch (error) {
    if (!leavesConnectionWell(error)) throw error
    return { refused: reasonOf(bufferError('store the event', path, error)) }
  }
}
