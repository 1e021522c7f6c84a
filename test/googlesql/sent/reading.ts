/** What readers ask: exports of every table and view, the report of a survey, counts. Nothing is answered; what was asked is kept. */
import type { ExecutionContext } from 'ava'
import { exportSchema } from '../../../src/config/exports.ts'
import { bigquerySource } from '../../../src/destinations/bigquery/source.ts'
import type { Source } from '../../../src/destinations/source.ts'
import { choose, TIME_COLUMNS } from '../../../src/exports/choose.ts'
import { readReport } from '../../../src/report/read.ts'
import { listen } from '../../support/listen.ts'
import { DATASET, PROJECT } from '../analysis.ts'
import type { Column } from '../engine/messages.ts'
import { typeName } from '../engine/values.ts'

/** A table or a view, as a reader finds it. */
export interface There {
  readonly name: string
  readonly columns: readonly Column[]
}

const { signal } = new AbortController()

/** @returns every statement that is asked of a dataset with these, of which `survey` is the view of a survey */
export async function askedOf(t: ExecutionContext, there: readonly There[], survey: string): Promise<Set<string>> {
  const { source, statements } = await sourceOf(t, there)
  await source.surveys(signal)
  await source.formerNames(signal)
  await source.counts(signal)
  await readReport(source, { formUuid: "form's uuid", name: 'A survey', view: survey }, signal)
  for (const { name, columns } of await source.relations(signal)) {
    await read(source, { view: name })
    if (columns.includes('status')) await read(source, { view: name, status: ['seen', 'completed'] })
    const period = { from: '2026-01-01', to: '2026-02-01' }
    if (TIME_COLUMNS.some((column) => columns.includes(column))) await read(source, { view: name, ...period })
  }
  return statements
}

/** What an export of the options reads. */
export async function read(source: Source, options: object): Promise<void> {
  const { selection } = await choose(source, exportSchema('UTC').parse(options), signal)
  await source.read(selection, signal)
}

export async function sourceOf(t: ExecutionContext, there: readonly There[]) {
  const statements = new Set<string>()
  const answer = (path: string, body: string): object => {
    const [, name = ''] = /^\/datasets\/\w+\/tables\/(.*)$/.exec(path) ?? []
    if (path === '/jobs') {
      statements.add(JSON.parse(body).configuration.query.query)
      return { status: { state: 'DONE' }, statistics: { query: { statementType: 'SELECT' } } }
    }
    if (path.startsWith('/queries/')) return { schema: { fields: [] } }
    if (path.endsWith('/tables')) {
      return { tables: there.map(({ name: tableId }) => ({ tableReference: { tableId }, type: 'VIEW' })) }
    }
    const { columns = [] } = there.find((each) => each.name === decodeURIComponent(name)) ?? {}
    return {
      type: 'VIEW',
      schema: { fields: columns.map(({ name: column, type }) => ({ name: column, type: typeName(type) })) },
    }
  }
  const endpoint = await listen(t, (request, response, body) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname.replace(/^.*\/projects\/[^/]+/, '')
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(path, body)))
  })
  const options = { project: PROJECT, dataset: DATASET, location: undefined, labels: {}, maxBytesBilled: undefined }
  return { statements, source: bigquerySource({ ...options, endpoint }) }
}
