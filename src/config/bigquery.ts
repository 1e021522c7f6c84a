/** The settings of BigQuery. Credentials are none: Google's Application Default Credentials are used, never a key of ours. */
import { z } from 'zod'
import { about } from './about.ts'
import { list, size } from './units.ts'

const PROJECT = /^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,61}[a-z0-9]$/
const DATASET = /^[A-Za-z_][A-Za-z0-9_]{0,299}$/
const LOCATION = /^[A-Za-z][A-Za-z0-9-]{1,62}$/
const LABEL = /^([a-z][a-z0-9_-]{0,62})=([a-z0-9_-]{0,63})$/
const MOST_LABELS = 32

const labels = list
  .pipe(z.array(z.string().regex(LABEL)).max(MOST_LABELS))
  .transform((pairs) => Object.fromEntries(pairs.map((pair) => pair.split('=', 2))))
  .pipe(z.record(z.string(), z.string()))

const dataset = () => z.string().trim().regex(DATASET)

/** All optional: BIGQUERY_… are read only when DESTINATIONS names bigquery. */
export const bigquerySettings = {
  BIGQUERY_PROJECT: z.string().trim().regex(PROJECT).register(about, {
    description: 'Google Cloud project of the datasets and the jobs. Unset: that of the credentials.',
    default: undefined,
    allowed: 'a project id',
    example: 'my-project-123',
  }),
  BIGQUERY_DATASET: dataset().register(about, {
    description: 'Dataset of the tables; made if missing.',
    default: 'refiner',
    allowed: 'letters, digits and _, not beginning with a digit',
    example: 'surveys',
  }),
  BIGQUERY_STAGING_DATASET: dataset().register(about, {
    description:
      'Dataset for rows on their way; made if missing, with tables that expire. Unset: BIGQUERY_DATASET with _staging.',
    default: undefined,
    allowed: 'letters, digits and _, not beginning with a digit',
    example: 'surveys_staging',
  }),
  BIGQUERY_MODE: z.enum(['merge', 'append']).register(about, {
    description:
      "How batches get in: merged into tables, or appended, with views that tell the current state, as Google's sandbox (no billing) has it.",
    default: 'merge',
    allowed: 'merge or append',
    example: 'append',
  }),
  BIGQUERY_LOCATION: z.string().trim().regex(LOCATION).register(about, {
    description: 'Where missing datasets are made. Unset: US. A dataset that exists stays where it is.',
    default: undefined,
    allowed: 'a location of BigQuery',
    example: 'EU',
  }),
  BIGQUERY_MAX_BYTES_BILLED: size(10 * 1024 ** 2, Number.MAX_SAFE_INTEGER).register(about, {
    description:
      'Most bytes that one job may be billed for that merges a batch, or reads for views or for people. Beyond it a batch is not merged and not lost, and nothing is read. Unset: no limit.',
    default: undefined,
    allowed: 'a size from 10mb: bytes, or a number with kb, mb, gb or tb (1kb is 1024 bytes)',
    example: '10gb',
  }),
  BIGQUERY_LABELS: labels.register(about, {
    description: "Labels of the tables and the jobs, to find them in Google's billing.",
    default: undefined,
    allowed: 'a comma list of key=value; lower case letters, digits, _ and -',
    example: 'team=research,app=surveys',
  }),
  BIGQUERY_API_ENDPOINT: z
    .string()
    .trim()
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
    .register(about, {
      description: "Another server than Google's, without credentials: for tests.",
      default: undefined,
      allowed: 'an http or https URL',
      example: 'http://127.0.0.1:9050',
    }),
}

/** Those without a default. */
export const UNSET = {
  BIGQUERY_PROJECT: true,
  BIGQUERY_STAGING_DATASET: true,
  BIGQUERY_LOCATION: true,
  BIGQUERY_MAX_BYTES_BILLED: true,
  BIGQUERY_LABELS: true,
  BIGQUERY_API_ENDPOINT: true,
} as const

/** How BigQuery is loaded. */
export interface BigqueryConfig {
  /** `append`: load jobs and views only, as the sandbox has it. */
  readonly mode: 'merge' | 'append'
  /** undefined: that of the credentials. */
  readonly project: string | undefined
  readonly dataset: string
  readonly stagingDataset: string
  /** Where missing datasets are made; undefined: BigQuery's default, `US`. */
  readonly location: string | undefined
  /** Another server than Google's, for tests; it gets no credentials. */
  readonly endpoint: string | undefined
  /** Of tables and jobs. */
  readonly labels: Readonly<Record<string, string>>
  /** Of one merge, or one query of people's; undefined: no bound. */
  readonly maxBytesBilled: number | undefined
}
