/** What an export is told, on the command line and in the setting EXPORTS: what to take, which of it, and how it is written. */
import { z } from 'zod'
import { nearest } from '../nearest.ts'
import { about } from './about.ts'
import { limited, moment, type Period, periodMistake } from './period.ts'
import { isSchedule, list, textOf, yesOrNo } from './units.ts'

const STATUSES = ['completed', 'dismissed', 'partial', 'seen'] as const
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

const filled = (what: string) => textOf(what).trim().min(1, what)

const name = filled('a name')

/** One or more, in a JSON array or a text with commas between. */
const some = <T extends z.ZodType<unknown, string>>(one: T, what: string) => list.pipe(z.array(one).min(1, what))

const STATUS = 'completed, dismissed, partial or seen'
const status = some(
  z.string().refine((word) => STATUSES.some((known) => known === word), {
    error: ({ input }) => {
      const meant = input === '' ? undefined : nearest(String(input), STATUSES)
      return meant === undefined ? STATUS : `${STATUS}; did you mean ${meant}?`
    },
  }),
  STATUS,
)

const COLUMNS = 'names of columns, with commas between'
const columns = some(z.string().min(1, COLUMNS), COLUMNS)

const DELIMITER = 'one character, such as ; or the word tab'
const delimiter = textOf(DELIMITER)
  .transform((text) => (text === 'tab' ? '\t' : text))
  .refine((text) => /^[^"\r\n\uD800-\uDFFF]$/.test(text), DELIMITER)

const flag = yesOrNo.default(false)

/** What to take: exactly one of them. */
export const KINDS = ['survey', 'table', 'view', 'sql'] as const

const shape = {
  survey: name.optional(),
  table: name.optional(),
  view: name.optional(),
  sql: filled('a SELECT statement').optional(),
  from: moment.optional(),
  to: moment.optional(),
  status: status.optional(),
  columns: columns.optional(),
  delimiter: delimiter.default(','),
  bom: flag,
  excel: flag,
}

/** What can be read, the preferred one first. */
export const SOURCES = ['duckdb', 'bigquery'] as const
export type SourceName = (typeof SOURCES)[number]

/** Where it is read from, unless something else is said. */
export const defaultSource = (destinations: readonly string[]): SourceName =>
  SOURCES.find((name) => destinations.includes(name)) ?? 'duckdb'

const LIMITS = ['from', 'to', 'status', 'columns'] as const

type Shape = z.output<z.ZodObject<typeof shape>>

function checkWhole(value: Shape, context: z.RefinementCtx): void {
  const given = KINDS.filter((kind) => value[kind] !== undefined)
  if (given.length !== 1) {
    context.addIssue(
      `say what to export by exactly one of ${KINDS.join(', ')}; there is ${given.join(' and ') || 'none'}`,
    )
  }
  const limits = LIMITS.filter((limit) => value[limit] !== undefined)
  if (value.excel && value.delimiter === "'") {
    context.addIssue("excel writes an apostrophe before what a spreadsheet would run: take another delimiter than '")
  }
  if (value.sql !== undefined && limits.length > 0) {
    context.addIssue(`${limits.join(', ')} cannot be used with sql: write it in the statement`)
  }
}

/** @param timeZone of days, and of times that say none */
export const exportSchema = (timeZone: string) =>
  z
    .strictObject(shape)
    .superRefine(checkWhole)
    .transform((said, context): ExportOptions => {
      const options = limited(said, timeZone)
      const mistake = periodMistake(options)
      if (mistake !== undefined) context.addIssue(mistake)
      return options
    })

export type ExportOptions = Omit<Shape, 'from' | 'to'> & Period

const JOB_NAME = 'letters, digits, ., _ and -, as it becomes part of the name of a file'
const CRON = 'a cron expression of five fields, or of six with seconds first, that has a next time'

const scheduledSchema = z
  .strictObject(
    {
      ...shape,
      name: textOf(JOB_NAME).regex(NAME, JOB_NAME),
      cron: textOf(CRON).trim().refine(isSchedule, CRON),
      folder: filled('a folder, such as /srv/reports').optional(),
      source: z.enum(SOURCES, { error: 'duckdb or bigquery' }).optional(),
    },
    { error: ({ code }) => (code === 'invalid_type' ? 'an object with name, cron and what to export' : undefined) },
  )
  .superRefine(checkWhole)

const many = z.array(scheduledSchema).superRefine((all, context) => {
  const names = all.map((one) => one.name)
  for (const [at, one] of names.entries()) {
    const earlier = names.slice(0, at).find((other) => other.toLowerCase() === one.toLowerCase())
    if (earlier === undefined) continue
    const why = earlier === one ? '' : `, ${earlier}: on some disks their files are the same`
    context.addIssue({ code: 'custom', path: [at, 'name'], message: `another name than that of an earlier one${why}` })
  }
})

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue('JSON')
    return z.NEVER
  }
})

export const exportsSetting = z
  .union([z.array(z.unknown()), jsonText])
  .pipe(many)
  .register(about, {
    description: 'CSV files to write on a schedule, between loads; what an export may say is in docs/exports.md.',
    default: undefined,
    allowed: 'a JSON array of exports, each with name, cron and one of survey, table, view or sql',
    example: '[{"name":"weekly","survey":"NPS Survey","cron":"0 6 * * 1"}]',
  })

export type ScheduledExport = z.output<typeof scheduledSchema>

export const EXPORT_OPTIONS = Object.keys(scheduledSchema.shape)
