/** The settings, checked: the only reader of the environment, of `.env` and of the config file. */
import { isIPv4 } from 'node:net'
import { join, resolve } from 'node:path'
import type { z } from 'zod'
import type { ModelOptions } from '../schemas/views/spec.ts'
import { type BigqueryConfig, UNSET } from './config/bigquery.ts'
import {
  defaultSource,
  EXPORT_OPTIONS,
  type ExportOptions,
  type ScheduledExport,
  type SourceName,
} from './config/exports.ts'
import { mistakesInside } from './config/inside.ts'
import { UNSET_MODELS } from './config/models.ts'
import { limited, periodMistake } from './config/period.ts'
import { type Setting, settings, settingsSchema, type WebhookAuth } from './config/schema.ts'
import { SCORED_OPTIONS } from './config/scored-questions.ts'
import { CONFIG_FILE, type Given, gatherSettings } from './config/sources.ts'
import { WordedError } from './errors.ts'

export type { SourceName }

export interface Config {
  readonly host: string
  readonly port: number
  /** Absolute. */
  readonly dataDir: string
  /** Of files that others may read, such as 0o640. */
  readonly fileMode: number
  /** None, one or two. Without one, `host` is a loopback address. */
  readonly webhookSecrets: readonly string[]
  readonly webhookAuth: WebhookAuth
  readonly destinations: readonly ('duckdb' | 'csv' | 'bigquery')[]
  readonly loadSchedule: string
  readonly loadWhenPending: number
  /** Milliseconds; undefined: three times the schedule. */
  readonly maxLag: number | undefined
  readonly batchMaxEvents: number
  /** Bytes, as is `retainBytes`. */
  readonly bodyLimit: number
  readonly maxValuesPerEvent: number
  readonly retainDays: number
  readonly retainBytes: number
  readonly logLevel: z.output<typeof settingsSchema>['LOG_LEVEL']
  readonly csvFormulaGuard: boolean
  /** What the analytic views are made by. */
  readonly models: ModelOptions
  readonly bigquery: BigqueryConfig
  readonly exports: readonly ExportJob[]
  /** What people's questions are asked, unless they say otherwise. */
  readonly source: SourceName
}

export interface ExportJob extends ExportOptions {
  readonly name: string
  readonly cron: string
  readonly source: SourceName
  /** Absolute. */
  readonly folder: string
}

/** Names every mistake in the settings at once, with what is allowed; secrets are not in it. */
export class ConfigError extends WordedError {
  override readonly name = 'ConfigError'
}

/** @throws ConfigError */
export function loadConfig({ env, cwd }: { env: NodeJS.ProcessEnv; cwd: string }): Config {
  const mistakes: string[] = []
  const given = gatherSettings(env, cwd, mistakes)
  const values = Object.fromEntries([...given].map(([name, { value }]) => [name, value]))
  const checked = settingsSchema.partial(OPTIONAL).safeParse(values)
  const wrong = new Set(checked.error?.issues.map(({ path }) => path[0]))
  for (const setting of settings) {
    if (!wrong.has(setting.name)) continue
    const inside = insideOf(setting.name, checked.error, given.get(setting.name))
    mistakes.push(...(inside.length > 0 ? inside : [mistake(setting, given.get(setting.name))]))
  }
  if (checked.success && checked.data.WEBHOOK_SECRET === undefined && !isLoopback(checked.data.HOST)) {
    mistakes.push(openToAll(checked.data.HOST))
  }
  if (checked.success && checked.data.DESTINATIONS.includes('bigquery') && env[REDIRECTION]) mistakes.push(redirected)
  if (checked.success && checked.data.BIGQUERY_STAGING_DATASET === checked.data.BIGQUERY_DATASET)
    mistakes.push(sameDataset)
  if (
    checked.success &&
    checked.data.DESTINATIONS.includes('bigquery') &&
    checked.data.BODY_LIMIT > BIGQUERY_BODY_LIMIT
  )
    mistakes.push(tooLongForBigquery(checked.data.BODY_LIMIT))
  if (checked.success)
    mistakes.push(...(checked.data.EXPORTS?.flatMap((job) => unreadable(job, checked.data.DESTINATIONS)) ?? []))
  const config = checked.success ? toConfig(checked.data, cwd) : undefined
  mistakes.push(...(config?.exports.flatMap((job, at) => endsTooSoon(job, at, given.get('EXPORTS'))) ?? []))
  if (config === undefined || mistakes.length > 0) {
    throw new ConfigError(`check the settings (npm start -- --help lists them):\n  - ${mistakes.join('\n  - ')}`)
  }
  return config
}

const OPTIONAL = {
  WEBHOOK_SECRET: true,
  MAX_LAG: true,
  NPS_QUESTIONS: true,
  CSAT_QUESTIONS: true,
  CES_QUESTIONS: true,
  EXPORTS: true,
  ...UNSET,
  ...UNSET_MODELS,
} as const

type Checked = z.output<ReturnType<typeof settingsSchema.partial<typeof OPTIONAL>>>

const toConfig = (checked: Checked, cwd: string): Config => ({
  host: checked.HOST,
  port: checked.PORT,
  dataDir: resolve(cwd, checked.DATA_DIR),
  fileMode: checked.FILE_MODE,
  webhookSecrets: checked.WEBHOOK_SECRET ?? [],
  webhookAuth: checked.WEBHOOK_AUTH,
  destinations: checked.DESTINATIONS,
  loadSchedule: checked.LOAD_SCHEDULE,
  loadWhenPending: checked.LOAD_WHEN_PENDING,
  maxLag: checked.MAX_LAG,
  batchMaxEvents: checked.BATCH_MAX_EVENTS,
  bodyLimit: checked.BODY_LIMIT,
  maxValuesPerEvent: checked.MAX_VALUES_PER_EVENT,
  retainDays: checked.RETAIN_DAYS,
  retainBytes: checked.RETAIN_BYTES,
  logLevel: checked.LOG_LEVEL,
  csvFormulaGuard: checked.CSV_FORMULA_GUARD,
  models: {
    questions: { nps: checked.NPS_QUESTIONS, csat: checked.CSAT_QUESTIONS, ces: checked.CES_QUESTIONS },
    contextKeys: checked.CONTEXT_KEYS,
    identifyingKeys: checked.IDENTIFYING_KEYS ?? [],
    groupAttributes: checked.GROUP_ATTRIBUTES,
    columnTypes: checked.COLUMN_TYPES ?? {},
    timeZone: checked.TIME_ZONE,
  },
  bigquery: {
    mode: checked.BIGQUERY_MODE,
    project: checked.BIGQUERY_PROJECT,
    dataset: checked.BIGQUERY_DATASET,
    stagingDataset: checked.BIGQUERY_STAGING_DATASET ?? `${checked.BIGQUERY_DATASET}_staging`,
    location: checked.BIGQUERY_LOCATION,
    endpoint: checked.BIGQUERY_API_ENDPOINT,
    labels: checked.BIGQUERY_LABELS ?? {},
    maxBytesBilled: checked.BIGQUERY_MAX_BYTES_BILLED,
  },
  source: defaultSource(checked.DESTINATIONS),
  exports: (checked.EXPORTS ?? []).map((job) => ({
    ...limited(job, checked.TIME_ZONE),
    source: job.source ?? defaultSource(checked.DESTINATIONS),
    folder: resolve(cwd, job.folder ?? join(checked.DATA_DIR, 'exports')),
  })),
})

/** What an object may say in those settings that are lists of objects. */
const OBJECTS = new Map<string, readonly string[]>([
  ['EXPORTS', EXPORT_OPTIONS],
  ['NPS_QUESTIONS', SCORED_OPTIONS.nps],
  ['CSAT_QUESTIONS', SCORED_OPTIONS.csat],
  ['CES_QUESTIONS', SCORED_OPTIONS.ces],
])

function insideOf(name: string, error: z.ZodError | undefined, given: Given | undefined): string[] {
  const options = OBJECTS.get(name)
  const issues = error?.issues.filter(({ path }) => path[0] === name) ?? []
  return options === undefined ? [] : mistakesInside(issues, options, given?.from ?? 'nowhere')
}

function mistake({ name, allowed, example, secret }: Setting, given: Given | undefined): string {
  const value = secret ? 'its value (not shown)' : JSON.stringify(given?.value)
  const sample = secret ? '' : `, such as ${example}`
  return `${name}: ${value} from ${given?.from ?? 'nowhere'} is not allowed; allowed: ${allowed}${sample}`
}

const isLoopback = (host: string) =>
  host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))

/** Google's client follows it wherever it points, whatever our settings say. */
export const REDIRECTION = 'BIGQUERY_EMULATOR_HOST'
export const redirected = `${REDIRECTION}: it would send what people answered to another server; unset it, and for tests set BIGQUERY_API_ENDPOINT`

const sameDataset =
  'BIGQUERY_STAGING_DATASET: it is BIGQUERY_DATASET, and what is staged expires; name another, or leave it unset'

function endsTooSoon(job: ExportJob, at: number, given: Given | undefined): string[] {
  const mistake = periodMistake(job)
  return mistake === undefined ? [] : [`EXPORTS[${at}] from ${given?.from ?? 'nowhere'} is not allowed: ${mistake}`]
}

function unreadable({ name, source }: ScheduledExport, destinations: Config['destinations']): string[] {
  const from = source ?? defaultSource(destinations)
  if (destinations.includes(from)) return []
  return [
    `EXPORTS: ${name} is read from ${from}, and DESTINATIONS does not load into it; add ${from}, or leave the export out`,
  ]
}

/** Bytes. A body is a cell, and BigQuery takes rows of 100 MB (https://cloud.google.com/bigquery/quotas#load_jobs); the rest is in reserve. */
const BIGQUERY_BODY_LIMIT = 64 * 1024 ** 2
const tooLongForBigquery = (limit: number) =>
  `BODY_LIMIT: ${limit} bytes are more than BigQuery takes in a row, and one such body would stop loading; set it to 64mb at most, or leave ` +
  'bigquery out of DESTINATIONS'

const openToAll = (host: string) =>
  `HOST: ${JSON.stringify(host)} lets other machines send, and no WEBHOOK_SECRET is set; make one by \`openssl rand -hex 24\`, ` +
  `set it as WEBHOOK_SECRET in the environment, .env or ${CONFIG_FILE} and in Refiner, or leave HOST at 127.0.0.1`
