import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { settings } from '../src/config/schema.ts'
import { ConfigError, loadConfig } from '../src/config.ts'

type Files = { dotEnv?: string; file?: unknown }

function load(env: NodeJS.ProcessEnv = {}, { dotEnv, file }: Files = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'config-'))
  if (dotEnv !== undefined) writeFileSync(join(cwd, '.env'), dotEnv)
  if (file !== undefined) {
    const text = typeof file === 'string' ? file : JSON.stringify(file)
    writeFileSync(join(cwd, 'refiner-warehouse.config.json'), text)
  }
  try {
    return { cwd, config: loadConfig({ env, cwd }) }
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

function mistakes(env: NodeJS.ProcessEnv, files: Files = {}): string[] {
  try {
    load(env, files)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n  - ').slice(1)
  }
  return []
}

const auth = (WEBHOOK_AUTH: string) => load({ WEBHOOK_AUTH }).config.webhookAuth
const bytes = (RETAIN_BYTES: string) => load({ RETAIN_BYTES }).config.retainBytes

/** The default: what is never a question. */
const CONTEXT_KEYS =
  'currentUrl current_url pageUrl page_url referrer userAgent user_agent viewport isMobile is_mobile utm_*'.split(' ')

test('nothing has to be set', (t) => {
  const { cwd, config } = load()
  t.deepEqual(config, {
    host: '127.0.0.1',
    port: 8080,
    dataDir: join(cwd, 'data'),
    fileMode: 0o600,
    webhookSecrets: [],
    webhookAuth: { kind: 'any' },
    destinations: ['duckdb'],
    loadSchedule: '*/5 * * * *',
    loadWhenPending: 10_000,
    maxLag: undefined,
    batchMaxEvents: 50_000,
    bodyLimit: 1024 ** 2,
    maxValuesPerEvent: 10_000,
    retainDays: 30,
    models: {
      questions: { nps: undefined, csat: undefined, ces: undefined },
      contextKeys: CONTEXT_KEYS,
      identifyingKeys: [],
      groupAttributes: undefined,
      columnTypes: {},
      timeZone: 'UTC',
    },
    retainBytes: 10 * 1024 ** 3,
    logLevel: 'info',
    csvFormulaGuard: false,
    exports: [],
    source: 'duckdb',
    bigquery: {
      mode: 'merge',
      project: undefined,
      dataset: 'refiner',
      stagingDataset: 'refiner_staging',
      location: undefined,
      endpoint: undefined,
      labels: {},
      maxBytesBilled: undefined,
    },
  })
})

test('the environment wins over .env, .env over the config file, the file over the default', (t) => {
  const { config } = load(
    { PORT: '1' },
    { dotEnv: 'PORT=2\nRETAIN_DAYS=2\n', file: { PORT: 3, RETAIN_DAYS: 3, LOAD_WHEN_PENDING: 3 } },
  )
  t.deepEqual([config.port, config.retainDays, config.loadWhenPending], [1, 2, 3])
})

test('a variable set to nothing counts as not set', (t) => {
  t.is(load({ PORT: '' }, { file: { PORT: 3 } }).config.port, 3)
})

test('the config file may hold numbers, booleans and lists', (t) => {
  const file = {
    DESTINATIONS: ['duckdb', 'csv'],
    CSV_FORMULA_GUARD: true,
    BODY_LIMIT: 2048,
    WEBHOOK_SECRET: ['a-secret-1'],
  }
  const { config } = load({}, { file })
  t.deepEqual(config.destinations, ['duckdb', 'csv'])
  t.true(config.csvFormulaGuard)
  t.is(config.bodyLimit, 2048)
  t.deepEqual(config.webhookSecrets, ['a-secret-1'])
})

test('every mistake is told at once, with the value, where it came from and what is allowed', (t) => {
  const told = mistakes({ PORT: '80800' }, { dotEnv: 'LOAD_SCHEDULE=often', file: { RETAIN_DAYS: 1.5 } })
  t.deepEqual(told, [
    'PORT: "80800" from the environment is not allowed; allowed: a whole number from 0 to 65535, such as 9000',
    'LOAD_SCHEDULE: "often" from .env is not allowed; allowed: a cron expression of five fields, or of six with seconds first, that has a next time, such as 0 * * * *',
    'RETAIN_DAYS: 1.5 from refiner-warehouse.config.json is not allowed; allowed: a whole number from 1 to 36500, such as 90',
  ])
})

test('an unknown key in the config file is a mistake that names the nearest setting; an unknown variable is none', (t) => {
  t.deepEqual(mistakes({ PROT: '1' }, { file: { PROT: 1, retainDays: 2, xyzzy: 3 } }), [
    'PROT in refiner-warehouse.config.json is no setting; did you mean PORT?',
    'retainDays in refiner-warehouse.config.json is no setting; did you mean RETAIN_DAYS?',
    `xyzzy in refiner-warehouse.config.json is no setting; there are: ${settings.map(({ name }) => name).join(', ')}`,
  ])
})

test('a config file that is no JSON is told by line and column, and why', (t) => {
  const told = (file: string) => mistakes({}, { file })[0]
  const place = 'refiner-warehouse.config.json is no JSON: line'
  t.is(
    told('{\n  "PORT": 8080,\n}'),
    `${place} 2, column 15: no comma may follow the last property of an object; remove it`,
  )
  t.is(
    told('{\n  // receiver\n  "PORT": 8080\n}'),
    `${place} 2, column 3: expected a property name in double quotes or "}"; JSON takes no comments`,
  )
  t.is(told('{"PORT": 8080'), `${place} 1, column 14: expected "," or "}"; it was cut short`)
  t.regex(told('[]') ?? '', /holds no JSON object/)
})

test('a wrong secret is never shown, not even by a config file that is no JSON', (t) => {
  const shown = [
    ...mistakes({ WEBHOOK_SECRET: 'hunter2' }),
    ...mistakes({ WEBHOOK_SECRET: 'hunter2-one,hunter2-two,hunter2-three' }),
    ...mistakes({ WEBHOOK_SECRET: 'long-enough, ' }),
    ...mistakes({}, { file: '{"WEBHOOK_SECRET": hunter2}' }),
    ...mistakes({}, { file: '{"WEBHOOK_SECRET": "hunter2"' }),
  ]
  t.is(shown.length, 5)
  for (const text of shown) t.notRegex(text, /hunter2|long-enough/)
})

test('one secret or two are taken, trimmed', (t) => {
  t.deepEqual(load({ WEBHOOK_SECRET: 'old-secret , new-secret' }).config.webhookSecrets, ['old-secret', 'new-secret'])
})

test('without a secret only a loopback address is listened on', (t) => {
  for (const HOST of ['127.0.0.1', '127.8.9.10', '::1', 'localhost']) t.deepEqual(mistakes({ HOST }), [])
  for (const HOST of ['0.0.0.0', '::', 'example.com', '127.example.com', '10.0.0.1']) {
    t.regex(mistakes({ HOST })[0] ?? '', /^HOST: .*openssl rand -hex 24/)
    t.deepEqual(mistakes({ HOST, WEBHOOK_SECRET: 'long-enough' }), [])
  }
})

test('every place of the secret is understood', (t) => {
  t.deepEqual(auth('any'), { kind: 'any' })
  t.deepEqual(auth('bearer'), { kind: 'bearer' })
  t.deepEqual(auth('path'), { kind: 'path' })
  t.deepEqual(auth('header:X-Token'), { kind: 'header', name: 'x-token' })
  t.deepEqual(auth('query:Token'), { kind: 'query', name: 'Token' })
  t.deepEqual(auth('hmac:X-Signature'), { kind: 'hmac', header: 'x-signature' })
  for (const wrong of [
    'header',
    'header:',
    'header:two words',
    'bearer:x',
    'query',
    'hmac',
    'cookie:x',
    'constructor',
  ]) {
    t.regex(mistakes({ WEBHOOK_AUTH: wrong })[0] ?? '', /^WEBHOOK_AUTH: .*hmac:HEADER/)
  }
})

test('schedules have five or six fields and a next time', (t) => {
  for (const LOAD_SCHEDULE of ['* * * * *', '*/10 * * * * *', '0 3 * * MON-FRI'])
    t.deepEqual(mistakes({ LOAD_SCHEDULE }), [])
  for (const LOAD_SCHEDULE of [
    '* * * *',
    '* * * * * * 2030',
    '99 * * * *',
    '0 0 31 2 *',
    '@daily',
    '2030-01-01T00:00:00',
  ]) {
    t.is(mistakes({ LOAD_SCHEDULE }).length, 1, LOAD_SCHEDULE)
  }
})

test('sizes are bytes, or numbers with a unit in binary multiples, in any case', (t) => {
  t.is(bytes('123'), 123)
  t.is(bytes('1KB'), 1024)
  t.is(bytes('1.5 gb'), 1.5 * 1024 ** 3)
  t.is(bytes('2Tb'), 2 * 1024 ** 4)
  for (const RETAIN_BYTES of ['-1', '1kib', 'gb', '1e6', '0', '99999999tb']) t.is(mistakes({ RETAIN_BYTES }).length, 1)
})

test('destinations are known and not repeated', (t) => {
  t.deepEqual(load({ DESTINATIONS: 'csv, duckdb' }).config.destinations, ['csv', 'duckdb'])
  for (const DESTINATIONS of ['csv,csv', 'snowflake', ',', 'duckdb,']) t.is(mistakes({ DESTINATIONS }).length, 1)
})

test('bodies that would not fit into a row of BigQuery are refused at the door where it is loaded', (t) => {
  const bigquery = { DESTINATIONS: 'duckdb,bigquery' }
  t.deepEqual(mistakes({ ...bigquery, BODY_LIMIT: '64mb' }), [])
  t.deepEqual(mistakes({ BODY_LIMIT: '256mb' }), [])
  t.deepEqual(mistakes({ ...bigquery, BODY_LIMIT: '65mb' }), [
    'BODY_LIMIT: 68157440 bytes are more than BigQuery takes in a row, and one such body would stop loading; set it to 64mb at most, or ' +
      'leave bigquery out of DESTINATIONS',
  ])
})

test('every default and every example is allowed', (t) => {
  for (const { name, default: value, example } of settings) {
    const WEBHOOK_SECRET = name === 'HOST' ? { WEBHOOK_SECRET: 'long-enough' } : {}
    t.deepEqual(mistakes({ ...WEBHOOK_SECRET, [name]: example }), [], name)
    if (value !== undefined) t.deepEqual(mistakes({ [name]: value }), [], name)
  }
})

test('whatever is set, it is taken or told, never another error', (t) => {
  const names = fc.constantFrom(...settings.map(({ name }) => name))
  fc.assert(
    fc.property(
      fc.dictionary(names, fc.string()),
      fc.jsonValue(),
      fc.dictionary(names, fc.jsonValue()),
      (env, any, file) => {
        for (const content of [any, file]) {
          try {
            load(env, { file: content })
          } catch (error) {
            if (!(error instanceof ConfigError)) throw error
          }
        }
      },
    ),
    { numRuns: 200 },
  )
  t.pass()
})

test('FILE_MODE is read by its digits, and never keeps the product from its own files', (t) => {
  for (const [given, mode] of [
    ['0600', 0o600],
    ['640', 0o640],
    [' 0644 ', 0o644],
    ['0604', 0o604],
  ] as const) {
    t.is(load({ FILE_MODE: given }).config.fileMode, mode)
  }
  t.is(load({}, { file: { FILE_MODE: 640 } }).config.fileMode, 0o640)
  for (const given of ['0660', '0400', '0755', '0o640', 'rw-r--r--', '1640', '0642']) {
    t.throws(() => load({ FILE_MODE: given }), {
      message: /FILE_MODE: .* is not allowed; allowed: a file mode/,
    })
  }
})
