/** Every setting, once: its form, default, meaning and example. Errors, `--help` and docs/configuration.md derive from here. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { type About, about } from './about.ts'
import { bigquerySettings } from './bigquery.ts'
import { exportsSetting } from './exports.ts'
import { modelSettings } from './models.ts'
import { cesQuestions, csatQuestions, npsQuestions } from './scored-questions.ts'
import { duration, fileMode, isSchedule, list, size, wholeNumber, yesOrNo } from './units.ts'

/** Where the secret is looked for in a request. `any`: in all the usual places. Header names are in lower case. */
export type WebhookAuth =
  | { readonly kind: 'any' | 'bearer' | 'path' }
  | { readonly kind: 'header' | 'query'; readonly name: string }
  | { readonly kind: 'hmac'; readonly header: string }

/** Milliseconds. */
const MONTH = 31 * 86_400_000
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

function parseAuth(text: string): WebhookAuth | undefined {
  const [, kind = '', name] = /^([a-z]+)(?::(.+))?$/i.exec(text) ?? []
  const word = kind.toLowerCase()
  if (word === 'any' || word === 'bearer' || word === 'path') return name === undefined ? { kind: word } : undefined
  if (name === undefined) return undefined
  if (word === 'query') return { kind: word, name }
  const header = name.toLowerCase()
  if (!HEADER_NAME.test(header)) return undefined
  if (word === 'header') return { kind: word, name: header }
  return word === 'hmac' ? { kind: word, header } : undefined
}

const auth = z
  .string()
  .trim()
  .transform((text, context) => {
    const parsed = parseAuth(text)
    if (parsed !== undefined) return parsed
    context.addIssue('no such place')
    return z.NEVER
  })

const isHost = (text: string) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)
const distinct = (values: readonly string[]) => new Set(values).size === values.length

export const settingsSchema = z.object({
  HOST: z.string().trim().refine(isHost).register(about, {
    description: 'Address to listen on. Without WEBHOOK_SECRET it must be one that only this machine reaches.',
    default: '127.0.0.1',
    allowed: 'an IP address or a host name; without WEBHOOK_SECRET a loopback one (127.0.0.0/8, ::1, localhost)',
    example: '0.0.0.0',
  }),
  PORT: wholeNumber(0, 65_535).register(about, {
    description: 'Port to listen on; 0 lets the system choose a free one.',
    default: '8080',
    allowed: 'a whole number from 0 to 65535',
    example: '9000',
  }),
  DATA_DIR: z.string().trim().min(1).register(about, {
    description:
      'Folder of buffer.sqlite, warehouse.duckdb and csv/; made if missing. Relative to the working directory.',
    default: './data',
    allowed: 'a path',
    example: '/var/lib/refiner-warehouse',
  }),
  FILE_MODE: fileMode.register(about, {
    description:
      'Who may read warehouse.duckdb, the CSV files and scheduled exports; folders let in whoever may read. The buffer is for its user alone, always.',
    default: '0600',
    allowed: 'a file mode as chmod takes it: 0600, 0640, 0604 or 0644',
    example: '0640',
  }),
  WEBHOOK_SECRET: list.pipe(z.array(z.string().min(8)).min(1).max(2)).register(about, {
    description: 'The secret token set in Refiner. Two are accepted at once, so that it can be changed without a gap.',
    default: undefined,
    allowed:
      'one secret, or two separated by a comma, each of at least 8 characters; make one by: openssl rand -hex 24',
    example: 'new-secret-token,old-secret-token',
    secret: true,
  }),
  WEBHOOK_AUTH: auth.register(about, {
    description:
      'Where a request carries the secret. any: in every usual place. hmac: a header holds the HMAC-SHA256 of the body.',
    default: 'any',
    allowed: 'any, bearer, header:NAME, query:NAME, path or hmac:HEADER',
    example: 'header:X-Webhook-Token',
  }),
  DESTINATIONS: list
    .pipe(z.array(z.enum(['duckdb', 'csv', 'bigquery'])).min(1))
    .refine(distinct)
    .register(about, {
      description: 'Where events are loaded into; each destination keeps its own position.',
      default: 'duckdb',
      allowed: 'a comma list of duckdb, csv and bigquery, without repeats',
      example: 'bigquery,duckdb',
    }),
  LOAD_SCHEDULE: z.string().trim().refine(isSchedule).register(about, {
    description: 'When to load what is pending, in the time zone of the machine.',
    default: '*/5 * * * *',
    allowed: 'a cron expression of five fields, or of six with seconds first, that has a next time',
    example: '0 * * * *',
  }),
  LOAD_WHEN_PENDING: wholeNumber(1, 1_000_000_000).register(about, {
    description: 'Load ahead of the schedule once so many events are pending.',
    default: '10000',
    allowed: 'a whole number from 1 to 1000000000',
    example: '1000',
  }),
  MAX_LAG: duration(1000, MONTH).register(about, {
    description:
      'How far a destination may be behind its schedule before /health says that it is not ready. Unset: three times as long as LOAD_SCHEDULE ever leaves between two loads, at least a minute.',
    default: undefined,
    allowed: 'a duration from 1s to 31d: a number with s, m, h or d',
    example: '30m',
  }),
  BATCH_MAX_EVENTS: wholeNumber(1, 1_000_000).register(about, {
    description: 'Most events that are loaded in one transaction; more take more memory.',
    default: '50000',
    allowed: 'a whole number from 1 to 1000000',
    example: '10000',
  }),
  BODY_LIMIT: size(1024, 256 * 1024 ** 2).register(about, {
    description: 'Longest body that is accepted, after decompression.',
    default: '1mb',
    allowed:
      'a size from 1kb to 256mb, or to 64mb with bigquery in DESTINATIONS: bytes, or a number with kb, mb or gb (1kb is 1024 bytes)',
    example: '512kb',
  }),
  MAX_VALUES_PER_EVENT: wholeNumber(100, 1_000_000).register(about, {
    description:
      'How many attributes, segments, tags and answers of one event become rows. What is more stays in JSON columns, with a row in rejected_values.',
    default: '10000',
    allowed: 'a whole number from 100 to 1000000',
    example: '50000',
  }),
  RETAIN_DAYS: wholeNumber(1, 36_500).register(about, {
    description: 'How long loaded events are kept, for replay and to recognise redeliveries.',
    default: '30',
    allowed: 'a whole number from 1 to 36500',
    example: '90',
  }),
  RETAIN_BYTES: size(1, Number.MAX_SAFE_INTEGER).register(about, {
    description: 'Most bytes of events that are kept; the oldest loaded ones go first, what is not loaded never.',
    default: '10gb',
    allowed: 'a size: bytes, or a number with kb, mb, gb or tb (1kb is 1024 bytes)',
    example: '500mb',
  }),
  LOG_LEVEL: z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']))
    .register(about, {
      description: 'Least severe messages that are logged.',
      default: 'info',
      allowed: 'trace, debug, info, warn, error, fatal or silent',
      example: 'debug',
    }),
  CSV_FORMULA_GUARD: yesOrNo.register(about, {
    description: 'In CSV files, put a quote before cells that a spreadsheet would run as a formula.',
    default: 'false',
    allowed: 'true or false (also yes, no, on, off, 1, 0)',
    example: 'true',
  }),
  NPS_QUESTIONS: npsQuestions,
  CSAT_QUESTIONS: csatQuestions,
  CES_QUESTIONS: cesQuestions,
  ...modelSettings,
  EXPORTS: exportsSetting,
  ...bigquerySettings,
})

export interface Setting extends About {
  readonly name: string
}

/** In the order in which the docs and `--help` tell them. */
export const settings: readonly Setting[] = Object.entries(settingsSchema.shape).map(([name, field]) => {
  const meta = about.get(field)
  if (meta === undefined) throw new Error(`define setting ${name}: it has no description`)
  return { name, ...meta }
})
