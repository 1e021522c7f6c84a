/** The dataset in BigQuery, to read from. Each question is a job, billed as any query is; nothing is asked before the first one. */
import { forms } from '../../../schemas/tables/catalog.ts'
import { columnNames } from '../../../schemas/tables/views.ts'
import { tables } from '../../../schemas/tables.ts'
import { PermanentError } from '../../errors.ts'
import { formerNamesQuery, NAMED } from '../former-names.ts'
import type { Choice, Source, Survey } from '../source.ts'
import { countsOf } from './counts.ts'
import { rowsTable } from './fold.ts'
import { openReader, type Reader, type ReaderOptions, textsOf } from './reader.ts'
import type { Found } from './relations.ts'
import { dateLiteral, identifier, isColumn, isTable, pathOf, text, timestampLiteral } from './sql.ts'
import { STATE_TABLE } from './state.ts'
import { unlessAborted } from './unless-aborted.ts'

/** What loading alone needs. */
const HIDDEN = new Set([STATE_TABLE, ...[...tables, columnNames].map((table) => rowsTable(table).name)])

/** @param onBytes told before whatever reads rows how many bytes of tables it reads, which is what BigQuery bills for */
export function bigquerySource(options: ReaderOptions, onBytes: (bytes: number) => void = () => {}): Source {
  const { dataset } = options
  let opening: Promise<Reader> | undefined
  const opened = (signal: AbortSignal) =>
    unlessAborted(() => {
      opening ??= openReader(options)
      return opening
    }, signal)
  // A look at each table: enough are, for one that is read from for a moment.
  let looking: Promise<readonly Found[]> | undefined
  const found = async (signal: AbortSignal) => {
    const reader = await opened(signal)
    looking ??= reader.relations((name) => !HIDDEN.has(name), signal)
    return looking
  }
  const pathIn =
    ({ project }: Reader) =>
    (table: string) => {
      if (!isTable(table)) throw unquotable(table, 'no table can be called so in SQL; read it through a view')
      return pathOf({ project, dataset, table })
    }

  return {
    relations: async (signal) =>
      (await found(signal)).map(({ name, kind, columns, days }) => ({ name, kind, columns, days })),
    async surveys(signal) {
      const known = new Set((await found(signal)).map(({ name }) => name))
      if (!known.has(columnNames.name)) return []
      const reader = await opened(signal)
      const pathTo = pathIn(reader)
      const sql = `SELECT N.form_uuid, TO_JSON_STRING(F.name), N.column_name FROM ${pathTo(columnNames.name)} AS N
LEFT JOIN ${pathTo(forms.name)} AS F ON F.form_uuid = N.form_uuid WHERE N.scope = 'survey' ORDER BY N.column_name`
      onBytes(await reader.check(sql, signal))
      const rows = await textsOf(reader, sql, signal)
      return rows.map(surveyOf).filter(({ view }) => known.has(view))
    },
    async formerNames(signal) {
      const known = new Set((await found(signal)).map(({ name }) => name))
      if (NAMED.some((name) => !known.has(name))) return []
      const reader = await opened(signal)
      const sql = formerNamesQuery(pathIn(reader))
      onBytes(await reader.check(sql, signal))
      const rows = await textsOf(reader, sql, signal)
      return rows.map(([formUuid = '', name = '', lastOn = '']) => ({ formUuid, name, lastOn: lastOn || null }))
    },
    async counts(signal) {
      const reader = await opened(signal)
      return countsOf(await found(signal), { reader, pathTo: pathIn(reader), onBytes, signal })
    },
    async read(selection, signal) {
      const reader = await opened(signal)
      const sql = 'sql' in selection ? selection.sql : choiceOf(selection, pathIn(reader)(selection.relation))
      onBytes(await reader.check(sql, signal))
      const { fields, pages } = await reader.run(sql, signal)
      return { columns: fields.map(({ name = '' }) => name), rows: pages }
    },
    async close() {
      opening = undefined
      looking = undefined
    },
  }
}

function surveyOf([formUuid = '', name = 'null', view = '']: readonly string[]): Survey {
  const parsed: unknown = JSON.parse(name)
  return { formUuid, name: typeof parsed === 'string' ? parsed : null, view }
}

const unquotable = (name: string, why: string) => new PermanentError(`read ${JSON.stringify(name)}: ${why}`)

/** By an alias: where a column has its table's or view's name, that name alone is the whole row in BigQuery. */
function choiceOf(choice: Choice, path: string): string {
  if (choice.columns.length === 0) throw unquotable(choice.relation, 'it has no columns; give it some, or read another')
  const others = choice.columns.filter((name) => !isColumn(name)).map((name) => JSON.stringify(name))
  if (others.length > 0) {
    const why = `${others.join(', ')} cannot be quoted here; leave them out with --columns, or say it in SQL with --sql`
    throw unquotable(choice.relation, why)
  }
  const conditions = conditionsOf(choice)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return `SELECT ${choice.columns.map(columnOf).join(', ')} FROM ${path} AS S${where}`
}

const columnOf = (name: string) => `S.${identifier(name)}`

function conditionsOf({ period, only }: Choice): string[] {
  const isByDay = period?.by === 'day'
  const time = period && `CAST(${columnOf(period.column)} AS ${isByDay ? 'DATE' : 'TIMESTAMP'})`
  const limit = isByDay ? dateLiteral : timestampLiteral
  return [
    ...(period?.from === undefined ? [] : [`${time} >= ${limit(period.from)}`]),
    ...(period?.to === undefined ? [] : [`${time} < ${limit(period.to)}`]),
    ...(only === undefined ? [] : [`${columnOf(only.column)} IN (${only.values.map(text).join(', ')})`]),
  ]
}
