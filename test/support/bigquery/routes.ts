/** The part of BigQuery's REST API that the loader uses. */
import { type Answer, at, listAt, proto, Refused, textAt } from './answers.ts'
import { appendTo, select, withColumns } from './append.ts'
import { catalogPage, nextPage } from './catalog.ts'
import { countsAnswer } from './counts.ts'
import { CHECK, recognise } from './scripts.ts'
import { upgradeAnswer } from './upgrade.ts'
import { loadedRows, parts } from './uploads.ts'
import { type FakeTable, look, runScript, tableOf, type World } from './world.ts'

export interface Request {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

interface Route {
  readonly step: Step
  readonly method: string
  readonly path: RegExp
  readonly handle: (world: World, request: Request, names: string[]) => Promise<Answer> | Answer
}

export const STEPS = [
  'dataset get',
  'dataset insert',
  'table get',
  'table insert',
  'table patch',
  'table delete',
  'rows list',
  'job get',
  'upload',
  'query',
  'state insert',
  'merge insert',
] as const

export type Step = (typeof STEPS)[number]

const ok = (body: unknown): Answer => ({ status: 200, body })
const PROJECT = '^/bigquery/v2/projects/[^/]+'
const DATASET = `${PROJECT}/datasets/([^/]+)`
const TABLE = `${DATASET}/tables/([^/]+)`

const ROUTES: readonly Route[] = [
  { step: 'dataset get', method: 'GET', path: new RegExp(`${DATASET}$`), handle: getDataset },
  { step: 'dataset insert', method: 'POST', path: new RegExp(`${PROJECT}/datasets$`), handle: insertDataset },
  { step: 'table get', method: 'GET', path: new RegExp(`${TABLE}$`), handle: getTable },
  { step: 'table insert', method: 'POST', path: new RegExp(`${DATASET}/tables$`), handle: insertTable },
  { step: 'table patch', method: 'PATCH', path: new RegExp(`${TABLE}$`), handle: patchTable },
  { step: 'table delete', method: 'DELETE', path: new RegExp(`${TABLE}$`), handle: deleteTable },
  { step: 'rows list', method: 'GET', path: new RegExp(`${TABLE}/data$`), handle: listRows },
  { step: 'job get', method: 'GET', path: new RegExp(`${PROJECT}/jobs/([^/]+)$`), handle: getJob },
  { step: 'merge insert', method: 'POST', path: new RegExp(`${PROJECT}/jobs$`), handle: insertQuery },
  { step: 'query', method: 'POST', path: new RegExp(`${PROJECT}/queries$`), handle: runQuery },
  { step: 'query', method: 'GET', path: new RegExp(`${PROJECT}/queries/([^/]+)$`), handle: getPage },
  { step: 'upload', method: 'POST', path: /^\/upload\/bigquery\/v2\/projects\/[^/]+\/jobs$/, handle: insertLoad },
]

/** @throws Refused */
export function routeOf(request: Request): { step: Step; handle: (world: World) => Promise<Answer> } {
  for (const { step, method, path, handle } of ROUTES) {
    const match = method === request.method ? path.exec(request.url.pathname) : null
    if (match === null) continue
    const names = match.slice(1).map(decodeURIComponent)
    const isState = step === 'merge insert' && !request.body.includes('BEGIN TRANSACTION')
    return { step: isState ? 'state insert' : step, handle: async (world) => handle(world, request, names) }
  }
  throw new Error(`the fake does not know ${request.method} ${request.url.pathname}`)
}

const bodyOf = ({ body }: Request): Record<string, unknown> => JSON.parse(body.toString())

function getDataset({ datasets }: World, _: Request, [name = '']: string[]): Answer {
  const found = datasets.get(name)
  if (found === undefined) throw new Refused(404, 'notFound')
  return ok(found)
}

function insertDataset({ datasets }: World, request: Request): Answer {
  const metadata = bodyOf(request)
  const name = textAt(metadata, 'datasetReference', 'datasetId')
  if (datasets.has(name)) throw new Refused(409, 'duplicate')
  const dataset = { ...metadata, location: textAt(metadata, 'location') || 'US' }
  datasets.set(name, dataset)
  return ok(dataset)
}

const tableAt = (world: World, names: string[]) => tableOf(world, names.join('.'))

const shown = ({ metadata, etag, creationTime }: FakeTable) => ({
  ...metadata,
  type: 'view' in metadata ? 'VIEW' : 'TABLE',
  etag: `"${etag}"`,
  creationTime,
})

function getTable(world: World, _: Request, names: string[]): Answer {
  return ok(shown(tableAt(world, names)))
}

function insertTable(world: World, request: Request, [dataset = '']: string[]): Answer {
  const given = bodyOf(request)
  const id = textAt(given, 'tableReference', 'tableId')
  const name = `${dataset}.${id}`
  const view = textAt(given, 'view', 'query')
  if (view !== '') world.statements.add(view)
  const metadata = withColumns(given, id)
  if (!world.datasets.has(dataset)) throw new Refused(404, 'notFound')
  if (world.tables.has(name)) throw new Refused(409, 'duplicate')
  const table = { etag: 1, creationTime: String(world.clock++), metadata, rows: [] }
  world.tables.set(name, table)
  return ok(shown(table))
}

function patchTable(world: World, request: Request, names: string[]): Answer {
  const table = tableAt(world, names)
  const condition = request.headers['if-match']
  if (condition !== undefined && condition !== `"${table.etag}"`) throw new Refused(412, 'conditionNotMet')
  const { etag: _, ...change } = bodyOf(request)
  if ('schema' in change) requireGrown(listAt(table.metadata, 'schema', 'fields'), listAt(change, 'schema', 'fields'))
  table.metadata = { ...table.metadata, ...change }
  table.etag += 1
  return ok(shown(table))
}

/** Columns may be added that can be null, and none dropped or retyped. */
function requireGrown(before: readonly unknown[], after: readonly unknown[]): void {
  const kept = new Map(after.map((field) => [textAt(field, 'name'), field]))
  for (const field of before) {
    const name = textAt(field, 'name')
    if (textAt(kept.get(name), 'type') !== textAt(field, 'type')) throw new Refused(400, 'invalid')
    kept.delete(name)
  }
  if ([...kept.values()].some((field) => textAt(field, 'mode') === 'REQUIRED')) throw new Refused(400, 'invalid')
}

function deleteTable(world: World, _: Request, names: string[]): Answer {
  tableAt(world, names)
  world.tables.delete(names.join('.'))
  return { status: 204, body: undefined }
}

/** So few, so that there are pages. */
const PAGE_ROWS = 2

function listRows(world: World, { url }: Request, names: string[]): Answer {
  const { rows, metadata } = tableAt(world, names)
  const columns = listAt(metadata, 'schema', 'fields').map((field) => textAt(field, 'name'))
  const start = Number(url.searchParams.get('pageToken') ?? 0)
  const end = start + PAGE_ROWS
  const page = rows.slice(start, end).map((row) => ({ f: columns.map((name) => ({ v: row[name] ?? null })) }))
  const more = end < rows.length ? { pageToken: String(end) } : {}
  return ok({ totalRows: String(rows.length), ...(page.length > 0 && { rows: page }), ...more })
}

async function getJob({ jobs }: World, { url }: Request, [id = '']: string[]): Promise<Answer> {
  const job = jobs.get(id)
  // BigQuery finds a job outside of the US only where it is looked for.
  if (job === undefined || (url.searchParams.get('location') ?? 'US') !== job.location)
    throw new Refused(404, 'notFound')
  await look(job)
  const status = {
    state: job.state,
    ...(job.errorResult && { errorResult: job.errorResult, errors: [job.errorResult] }),
  }
  const { configuration } = job
  const statistics = { ...job.statistics, ...(job.state === 'DONE' && { endTime: String(Date.now()) }) }
  return ok({ jobReference: { jobId: id, location: job.location }, status, configuration, statistics })
}

function insertQuery(world: World, request: Request): Answer {
  const metadata = bodyOf(request)
  const sql = textAt(metadata, 'configuration', 'query', 'query')
  world.statements.add(sql)
  if (CHECK.test(sql)) return insertJob(world, metadata, async () => ({}))
  const script = recognise(sql)
  if (script === undefined) throw new Refused(400, 'invalidQuery')
  return insertJob(world, metadata, () => runScript(world, script))
}

function runQuery(world: World, request: Request): Answer {
  const sql = textAt(bodyOf(request), 'query')
  world.statements.add(sql)
  return ok(catalogPage(world, sql) ?? countsAnswer(world, sql) ?? upgradeAnswer(world, sql) ?? select(world, sql))
}

function getPage(world: World, { url }: Request, [job = '']: string[]): Answer {
  return ok(nextPage(world, job, url.searchParams.get('pageToken') ?? ''))
}

function insertLoad(world: World, request: Request): Answer {
  const { metadata, content } = parts(request.body, String(request.headers['content-type']))
  const load = at(metadata, 'configuration', 'load')
  const target = ['datasetId', 'tableId'].map((name) => textAt(load, 'destinationTable', name))
  if (!world.datasets.has(target[0] ?? '')) throw new Refused(404, 'notFound')
  if (textAt(load, 'writeDisposition') === 'WRITE_APPEND')
    return insertJob(world, metadata, () => appendTo(world, target.join('.'), content))
  return insertJob(world, metadata, async () => {
    const schema = at(load, 'schema')
    const rows = loadedRows(content, schema)
    if (rows === undefined) return proto('invalid')
    const name = target.join('.')
    const there = world.tables.get(name)
    // What is there keeps its description and its labels.
    if (there !== undefined)
      Object.assign(there, { metadata: { ...there.metadata, schema }, rows, etag: there.etag + 1 })
    else world.tables.set(name, { etag: 1, creationTime: String(world.clock++), metadata: { schema }, rows })
    return { load: { outputRows: String(rows.length) } }
  })
}

function insertJob(world: World, metadata: unknown, run: () => Promise<object>): Answer {
  const id = textAt(metadata, 'jobReference', 'jobId')
  const location = textAt(metadata, 'jobReference', 'location') || 'US'
  if (!/^[\w-]{1,1024}$/.test(id)) throw new Refused(400, 'invalid')
  if (world.jobs.has(id)) throw new Refused(409, 'duplicate')
  if ([...world.datasets.values()].some((dataset) => dataset['location'] !== location))
    throw new Refused(404, 'notFound')
  const configuration = at(metadata, 'configuration')
  world.jobs.set(id, { id, location, configuration, ...world.pace, run, state: 'PENDING' })
  return ok({ jobReference: { jobId: id, location }, status: { state: 'PENDING' }, configuration })
}
