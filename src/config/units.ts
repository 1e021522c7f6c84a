/** How single values are written: whole numbers, sizes, lists, yes or no, cron expressions. As text, or as JSON has it in the config file. */
import { Cron } from 'croner'
import { z } from 'zod'

export const UNITS = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 } as const

const digits = z
  .string()
  .trim()
  .regex(/^\d+$/)
  .transform((text) => Number(text))

export const wholeNumber = (least: number, most: number) =>
  z.union([z.number(), digits]).pipe(z.int().min(least).max(most))

const sizeText = z
  .string()
  .trim()
  .toLowerCase()
  .transform((text, context) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)?$/.exec(text) ?? []
    if (amount === undefined) {
      context.addIssue('not a size')
      return z.NEVER
    }
    return Math.floor(Number(amount) * unitOf(unit ?? ''))
  })

function unitOf(text: string): number {
  for (const [unit, bytes] of Object.entries(UNITS)) if (unit === text) return bytes
  return Number.NaN
}

/** Bytes: `1048576`, `1mb`, `1.5 GB`; a kb is 1024 bytes. */
export const size = (least: number, most: number) => z.union([z.number(), sizeText]).pipe(z.int().min(least).max(most))

const DURATIONS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const durationText = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^\d+(?:\.\d+)?\s*[smhd]$/)
  .transform((text) => {
    const [, unit = 0] = Object.entries(DURATIONS).find(([letter]) => text.endsWith(letter)) ?? []
    return Math.round(Number(text.slice(0, -1)) * unit)
  })

/** Milliseconds: `90s`, `15m`, `1.5 h`, `2d`. */
export const duration = (least: number, most: number) => durationText.pipe(z.int().min(least).max(most))

/** A comma list, or a JSON array. */
export const list = z.union(
  [z.array(z.string().trim()), z.string().transform((text) => text.split(',').map((part) => part.trim()))],
  { error: 'words with commas between, or a JSON array of texts' },
)

export const yesOrNo = z.union(
  [z.boolean(), z.stringbool({ truthy: ['true', 'yes', 'on', '1'], falsy: ['false', 'no', 'off', '0'] })],
  { error: 'true or false (also yes, no, on, off, 1, 0)' },
)

/** Five fields, or six with seconds first, and a time that is still to come. */
export function isSchedule(text: string): boolean {
  if (![5, 6].includes(text.split(/\s+/).length)) return false
  try {
    return new Cron(text, { mode: '5-or-6-parts', paused: true }).nextRun() !== null
  } catch {
    return false
  }
}

/** A text; of anything else, and of none, it is told what belongs there. */
export const textOf = (what: string) =>
  z.string({ error: ({ input }) => (input === undefined ? `${what}; there is none` : what) })

/** A mode as chmod writes it: its owner reads and writes, group and others read or do not. A number of the config file is read by its digits. */
export const fileMode = z
  .union([z.number().transform(String), z.string().trim()])
  .pipe(z.string().regex(/^0?6[04][04]$/))
  .transform((digits) => Number.parseInt(digits, 8))
