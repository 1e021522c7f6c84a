/**
 * Logs go to standard output: readable on a terminal, one JSON object a line elsewhere; written synchronously, so that
 * the last words of a process are not lost, and from any thread. Ids and counts only; what may hold a payload, an
 * address or a secret is censored here as a second line of defence.
 */
import { isatty } from 'node:tty'
import { type LevelWithSilent, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type Log = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

const STDOUT = 1
const PRIVATE = [
  'authorization',
  'secret',
  'secrets',
  'token',
  'headers',
  'body',
  'payload',
  'email',
  'answers',
  'attributes',
]
const REDACT = {
  paths: ['webhookSecrets', '*.webhookSecrets', ...PRIVATE.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])],
  censor: '[redacted]',
}

export function createLog(level: LevelWithSilent): Log {
  const options = { level, redact: REDACT, timestamp: pino.stdTimeFunctions.isoTime }
  // A worker's process.stdout is a pipe to the main thread and never a terminal, so the descriptor itself is asked.
  if (!isatty(STDOUT)) return pino(options, pino.destination({ dest: STDOUT, sync: true }))
  return pino(
    options,
    pretty({
      destination: STDOUT,
      sync: true,
      singleLine: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss',
    }),
  )
}
