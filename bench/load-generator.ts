/** Load on a server over 64 kept connections: as much as it takes, or at a fixed rate. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Connection, openConnection } from './connection.ts'

const CONNECTIONS = 64

export interface LoadGenerator {
  /** As much as the server takes, for so many milliseconds. Returns answers per second. */
  saturate(duration: number): Promise<number>
  /** So many events a second for so many milliseconds. Returns how long each took, in milliseconds. */
  atRate(rate: number, duration: number): Promise<number[]>
  /** How many events were answered 202 so far. */
  acknowledged(): number
  /** How many were answered otherwise. */
  refused(): number
  close(): void
}

export async function openLoadGenerator(url: string): Promise<LoadGenerator> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(url)))
  let acknowledged = 0
  let refused = 0
  const send = (connection: Connection, done: () => void) =>
    connection.send((status) => {
      if (status === 202) acknowledged++
      else refused++
      done()
    })

  return {
    async saturate(duration) {
      let active = true
      let answered = 0
      const keepSending = (connection: Connection) =>
        new Promise<void>((resolve) => {
          const next = () => {
            if (!active) return resolve()
            answered++
            send(connection, next)
          }
          send(connection, next)
        })
      const began = performance.now()
      const all = Promise.all(connections.map(keepSending))
      await pause(duration)
      const perSecond = (answered * 1000) / (performance.now() - began)
      active = false
      await all
      return perSecond
    },

    async atRate(rate, duration) {
      const free = [...connections]
      // When each event was due that no connection was free for: its wait counts.
      const waiting: number[] = []
      const took: number[] = []
      const sendOne = (connection: Connection, since: number) =>
        send(connection, () => {
          took.push(performance.now() - since)
          const next = waiting.shift()
          if (next === undefined) free.push(connection)
          else sendOne(connection, next)
        })
      const began = performance.now()
      for (let started = 0, now = began; now < began + duration; now = performance.now()) {
        for (; started < ((now - began) * rate) / 1000; started++) {
          const connection = free.shift()
          if (connection === undefined) waiting.push(now)
          else sendOne(connection, now)
        }
        await pause(1)
      }
      while (free.length < connections.length) await pause(1)
      return took
    },

    acknowledged: () => acknowledged,
    refused: () => refused,
    close() {
      for (const connection of connections) connection.close()
    },
  }
}
