/** The house rules, as tables to read, and a check that every file keeps them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { type Homes, importsOf, packageOf, type Rule, type Source, violations } from './support/house.ts'

const CONTRACTS = ['src/buffer/buffer.ts', 'src/destinations/destination.ts']
const EVERYWHERE = ['schemas/', 'src/errors.ts']
/** What an export is made of: the contract to read from, and CSV as the destination of that name writes it. */
const EXPORTED = ['src/destinations/source.ts', 'src/destinations/csv/encode.ts', 'src/destinations/csv-format.ts']

/** How types of columns are decided, which a command tells as well. */
const TYPES = ['catalog', 'column-plan', 'column-types', 'counting', 'given-names', 'novelty'].map(
  (file) => `src/destinations/${file}.ts`,
)

/** Who may import whom. Nobody imports main, scripts or bench; a test may import anything. */
const RULES: readonly Rule[] = [
  // What: the model of the warehouse, and nothing of how it is filled.
  { of: ['schemas/'], may: ['schemas/'], node: false },
  { of: ['src/errors.ts', 'src/nearest.ts', 'src/time-zone.ts'], may: [], node: false },
  { of: ['src/log.ts'], may: [] },
  // Files of any kind: what the buffer, the destinations and the exports do alike with theirs.
  { of: ['src/files/'], may: ['src/errors.ts', 'src/files/'] },
  {
    of: ['src/config.ts', 'src/config/'],
    // The config file and a webhook are JSON alike, and a mistake in either is told by its place.
    may: [
      'schemas/views/spec.ts',
      'src/config/',
      'src/errors.ts',
      'src/nearest.ts',
      'src/time-zone.ts',
      'src/receiver/json-error.ts',
    ],
  },

  // How: the parts know the model and the contracts, not each other.
  { of: ['src/buffer/'], may: [...EVERYWHERE, 'src/buffer/', 'src/files/'] },
  { of: ['src/flatten/'], may: [...EVERYWHERE, 'src/flatten/', 'type src/buffer/buffer.ts'], node: false },
  { of: ['src/destinations/csv/'], may: destination('csv') },
  { of: ['src/destinations/duckdb/'], may: destination('duckdb') },
  { of: ['src/destinations/bigquery/'], may: [...destination('bigquery'), 'type src/config/bigquery.ts'] },
  { of: ['src/destinations/'], may: [...EVERYWHERE, 'src/destinations/', 'type src/flatten/rows.ts'] },
  {
    of: ['src/receiver/'],
    may: [...EVERYWHERE, 'src/receiver/', 'src/log.ts', 'src/buffer/buffer.ts', 'type src/config/schema.ts'],
  },
  {
    of: ['src/load/'],
    may: [...EVERYWHERE, ...CONTRACTS, 'src/load/', 'src/flatten/', 'src/log.ts', 'type src/config.ts'],
  },
  {
    of: ['src/exports/'],
    may: [
      ...EVERYWHERE,
      ...EXPORTED,
      'src/files/',
      'src/exports/',
      'src/nearest.ts',
      'type src/config.ts',
      'type src/config/exports.ts',
    ],
  },
  {
    of: ['src/columns/'],
    may: [...EVERYWHERE, 'src/columns/', 'type src/destinations/source.ts', ...TYPES],
    node: false,
  },
  {
    of: ['src/report/'],
    may: [...EVERYWHERE, 'src/report/', 'src/time-zone.ts', 'type src/destinations/source.ts'],
    node: false,
  },
  { of: ['src/samples/'], may: ['schemas/', 'src/samples/'], node: false },
  {
    of: ['src/docs/'],
    may: ['schemas/', 'src/docs/', 'src/config/', 'src/destinations/bigquery/column-types.ts'],
  },

  // Where it is put together: what is on disk, the two threads, the edge.
  {
    of: ['src/stores.ts'],
    may: [...EVERYWHERE, 'src/buffer/', 'src/destinations/', 'src/files/', 'type src/config.ts'],
  },
  {
    of: ['src/connector.ts', 'src/worker.ts'],
    may: [
      ...EVERYWHERE,
      ...CONTRACTS,
      'src/config.ts',
      'src/files/',
      'src/log.ts',
      'src/stores.ts',
      'src/receiver/',
      'src/load/',
      'src/exports/',
    ],
  },
  {
    of: ['src/main.ts', 'src/run.ts', 'src/help.ts'],
    may: [
      'schemas/',
      'src/run.ts',
      'src/config.ts',
      'src/config/',
      'src/connector.ts',
      'src/errors.ts',
      'src/log.ts',
      'src/help.ts',
    ],
  },
  { of: ['scripts/'], may: ['schemas/', 'scripts/', ...srcWithoutMain()] },
  { of: ['bench/'], may: ['schemas/', 'bench/', ...srcWithoutMain()] },
]

/** Each package has one home; what is used in two places says why. */
const HOMES: Homes = {
  koa: ['src/receiver/'],
  'p-retry': ['src/load/retry.ts'],
  '@duckdb/node-api': ['src/destinations/duckdb/'],
  '@google-cloud/bigquery': ['src/destinations/bigquery/'],
  'google-auth-library': ['src/destinations/bigquery/ask.ts'],
  // Batch files for other systems, and exports for people, which go by the same options.
  'csv-stringify': ['src/destinations/csv/', 'src/exports/encode.ts'],
  '@observablehq/plot': ['src/report/charts/'],
  // The document that charts are drawn into.
  linkedom: ['src/report/charts/plot.ts'],
  // The buffer, and what damages one to see what follows.
  'node:sqlite': ['src/buffer/sqlite.ts', 'src/buffer/sqlite/', 'scripts/torture/faults/'],
  // The schedules, and the check of the settings that hold them.
  croner: ['src/load/schedule.ts', 'src/config/units.ts'],
  pino: ['src/log.ts'],
  'pino-pretty': ['src/log.ts'],
  // Schemas, their checks at the doors (bodies, settings, the receiver's answers), and the documents derived from them.
  zod: ['schemas/', 'src/receiver/', 'src/config.ts', 'src/config/', 'src/docs/', 'scripts/first-answer.ts'],
  commander: ['src/help.ts', 'scripts/', 'bench/'],
  'cli-progress': ['scripts/', 'bench/'],
}

function destination(name: string): string[] {
  const shared = [
    'destination',
    'batch',
    'catalog',
    'column-changes',
    'counting',
    'merge',
    'novelty',
    'refresh/unmade',
    'given-names',
    'former-names',
    'source',
    'sql',
    'csv-format',
    'view-plan',
    'view-levels',
  ].map((file) => `src/destinations/${file}.ts`)
  return [...EVERYWHERE, ...shared, 'src/files/', `src/destinations/${name}/`, 'type src/flatten/rows.ts']
}

function srcWithoutMain(): string[] {
  return readdirSync(join(root(), 'src'), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'main.ts') return []
    return `src/${entry.name}${entry.isDirectory() ? '/' : ''}`
  })
}

function root(): string {
  return fileURLToPath(new URL('../', import.meta.url))
}

function sourcesIn(...folders: string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root(), folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
      .map((path) => ({ path, text: readFileSync(join(root(), path), 'utf8') })),
  )
}

test('every file imports only what its place in the house allows', (t) => {
  t.deepEqual(violations(sourcesIn('schemas', 'src', 'scripts'), RULES, HOMES), [])
})

test('a benchmark may measure any package, and imports of the project what a script may', (t) => {
  const sources = sourcesIn('bench')
  const packages = sources.flatMap((source) => importsOf(source).map(({ target }) => packageOf(target)))
  const anywhere = Object.fromEntries(packages.map((name) => [name, ['bench/']]))
  t.deepEqual(violations(sources, RULES, anywhere), [])
})

test('no file is longer than 250 lines', (t) => {
  const long = sourcesIn('schemas', 'src', 'scripts', 'bench').filter(
    ({ text }) => text.trimEnd().split('\n').length > 250,
  )
  t.deepEqual(paths(long), [])
})

test('nothing is exported as default', (t) => {
  const all = sourcesIn('schemas', 'src', 'scripts', 'bench', 'test')
  t.deepEqual(paths(all.filter(({ text }) => /^export\s+(default\b|\{[^}]*\bas\s+default\b)/m.test(text))), [])
})

test('src writes to the log, never to the console', (t) => {
  const edge = ['src/main.ts', 'src/run.ts', 'src/help.ts']
  const loud = sourcesIn('src').filter(({ path, text }) => !edge.includes(path) && /\bconsole\./.test(text))
  t.deepEqual(paths(loud), [])
})

/** Where DuckDB's words are matched, where they are for a terminal, and where they are traced. */
const WORDS = [
  'src/destinations/duckdb/errors.ts',
  'src/destinations/duckdb/read.ts',
  'src/errors.ts',
  'src/load/runner.ts',
]

test('what is told of an error goes through reasonOf, so that no log quotes what people answered', (t) => {
  const quoting = /\bwordsOf\(|\b(?:error|cause|thrown|reason)\.(?:message|stack)\b|\bString\((?:error|cause|thrown)\)/
  const found = paths(sourcesIn('src').filter(({ text }) => quoting.test(text)))
  t.deepEqual(found.toSorted(), WORDS.toSorted())
  const logged = /\blog\.(?:debug|info|warn|error|fatal)\(\s*(?:\{[^}]*\b(?:err|error|cause)\b\s*[,}]|error\b)/
  t.deepEqual(paths(sourcesIn('src').filter(({ text }) => logged.test(text))), [])
})

test('only the edge hands out the environment, so that config is its only reader', (t) => {
  const readers = sourcesIn('src', 'schemas').filter(({ text }) => /\bprocess\.env\b|\bloadEnvFile\b/.test(text))
  t.deepEqual(paths(readers), ['src/main.ts'])
})

test('flattening and the samples are pure: no clock, no chance, no input or output', (t) => {
  const impure =
    /\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bprocess\.|\bMath\.random\b|\bfetch\(|\bset(Timeout|Interval)\b/
  t.deepEqual(paths(sourcesIn('src/flatten', 'src/samples', 'schemas').filter(({ text }) => impure.test(text))), [])
})

const broken = (path: string, text: string) => violations([{ path, text }], RULES, HOMES)
const paths = (sources: readonly Source[]) => sources.map(({ path }) => path)

test('a broken rule is found, by whatever kind of import', (t) => {
  t.deepEqual(broken('src/receiver/a.ts', "import { load } from '../load/load.ts'"), [
    'src/receiver/a.ts may not import src/load/load.ts',
  ])
  t.deepEqual(broken('src/buffer/a.ts', "export { x } from '../main.ts'"), [
    'src/buffer/a.ts may not import src/main.ts',
  ])
  t.deepEqual(broken('src/load/a.ts', "const x = await import('../destinations/csv/csv.ts')"), [
    'src/load/a.ts may not import src/destinations/csv/csv.ts',
  ])
  t.deepEqual(broken('src/destinations/csv/a.ts', "import '../duckdb/client.ts'"), [
    'src/destinations/csv/a.ts may not import src/destinations/duckdb/client.ts',
  ])
  t.deepEqual(broken('src/flatten/a.ts', "import {\n  type A,\n  b,\n} from '../buffer/buffer.ts'"), [
    'src/flatten/a.ts may not import src/buffer/buffer.ts but for its types',
  ])
  t.deepEqual(broken('src/flatten/a.ts', "import { readFileSync } from 'node:fs/promises'"), [
    'src/flatten/a.ts may not use node:fs',
  ])
  t.deepEqual(broken('src/load/a.ts', "import pRetry from 'p-retry'"), ['src/load/a.ts is not the home of p-retry'])
  t.deepEqual(broken('src/load/a.ts', "import type { X } from 'csv-stringify/sync'"), [
    'src/load/a.ts is not the home of csv-stringify',
  ])
  t.deepEqual(broken('src/load/a.ts', "import _ from 'lodash'"), ['src/load/a.ts imports lodash, which has no home'])
  t.deepEqual(broken('src/new/a.ts', ''), ['src/new/a.ts stands under no rule'])
})

test('what keeps the rules, or is only a comment, is no violation', (t) => {
  const kept = `
    /* import { load } from '../load/load.ts' */
// import pRetry from 'p-retry'
import type { Batch } from '../buffer/buffer.ts'
import {
  type Limits,
  type Stored,
} from '../buffer/buffer.ts'
import { rowOf } from '../../schemas/spec.ts'
`
  t.deepEqual(violations([{ path: 'src/flatten/a.ts', text: kept }], RULES, HOMES), [])
})
