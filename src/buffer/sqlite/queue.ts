/**
 * Group commit: what arrives while the writer is busy goes to it together, as one transaction with one sync. The answer
 * to each comes only after that. What waits is bounded; when the writer dies, all that wait are told to come again.
 */
import { Worker } from 'node:worker_threads'
import { reasonOf, TransientError } from '../../errors.ts'
import type { ArrivedEvent } from '../buffer.ts'
import { idBytes, packGroup, type Waiting } from './group.ts'
import type { Outcome } from './keep.ts'
import type { Reply, WriterData } from './writer.ts'

/** Of bodies, waiting for the writer or with it. */
const MAX_WAITING_BYTES = 64 * 1024 ** 2

export interface Queue {
  /** @param reason why it is set aside; null for an event. The body must not change until this resolves. */
  put(event: ArrivedEvent, reason: string | null): Promise<Outcome>
  /** Resolves when everything that was put is settled and the writer has ended. */
  close(): Promise<void>
}

interface Call extends Waiting {
  resolve(outcome: Outcome): void
  reject(error: TransientError): void
}

export function createQueue(data: WriterData): Queue {
  let writer: Worker | undefined
  let waiting: Call[] = []
  let inFlight: Call[] = []
  let bytes = 0
  let armed = false
  let closed = false
  let idle: (() => void) | undefined

  function flush(): void {
    armed = false
    if (inFlight.length > 0 || waiting.length === 0) return
    inFlight = waiting
    waiting = []
    writer ??= startWriter()
    const group = packGroup(inFlight)
    writer.postMessage(group, [group.memory])
  }

  function startWriter(): Worker {
    const started = new Worker(new URL('./writer.ts', import.meta.url), { workerData: data })
    let reason = 'it was stopped'
    started.on('message', (reply: Reply) => settle(reply))
    started.on('error', (error) => {
      reason = reasonOf(error)
    })
    started.on('exit', () => {
      writer = undefined
      rejectAll(`store the event: the writer of ${data.path} ended: ${reason}; it is started again with the next event`)
    })
    return started
  }

  function settle(reply: Reply): void {
    const calls = inFlight
    inFlight = []
    for (const [index, call] of calls.entries()) {
      bytes -= call.event.body.length
      const outcome = 'outcomes' in reply ? reply.outcomes[index] : undefined
      if (outcome !== undefined) call.resolve(outcome)
      else call.reject(new TransientError('refused' in reply ? reply.refused : 'store the event: the writer forgot it'))
    }
    flush()
    if (inFlight.length === 0) idle?.()
  }

  function rejectAll(message: string): void {
    const calls = [...inFlight, ...waiting]
    inFlight = []
    waiting = []
    bytes = 0
    for (const call of calls) call.reject(new TransientError(message))
    idle?.()
  }

  function put(event: ArrivedEvent, reason: string | null): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      idBytes(event.id)
      if (closed) throw new TransientError('store the event: the buffer is closed; send it again')
      if (bytes > 0 && bytes + event.body.length > MAX_WAITING_BYTES) {
        throw new TransientError('store the event: too many are waiting for the disk; send it again later')
      }
      bytes += event.body.length
      waiting.push({ event, reason, resolve, reject })
      if (armed || inFlight.length > 0) return
      armed = true
      // After this turn's other arrivals, so that they share the commit.
      setImmediate(flush)
    })
  }

  async function close(): Promise<void> {
    closed = true
    if (waiting.length > 0 || inFlight.length > 0) {
      await new Promise<void>((resolve) => {
        idle = resolve
      })
    }
    const last = writer
    if (last === undefined) return
    await new Promise<void>((resolve) => {
      last.once('exit', () => resolve())
      last.postMessage('close')
    })
  }

  return { put, close }
}
