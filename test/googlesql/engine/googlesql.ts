/** Analyzing and executing, as BigQuery would. */
import { optionsOf } from './language.ts'
import type { Column, Relation, SimpleCatalog, SimpleTable } from './messages.ts'
import { startServer } from './server.ts'

/** By the names that statements have for tables: `name` of the default dataset, `dataset.name`, `project.dataset.name`. */
export type Columns = ReadonlyMap<string, readonly Column[]>

export interface Analyzer {
  /**
   * Each statement of a script.
   * @returns how many there are, and the columns of the last one, if it is a query
   * @throws Error that says what GoogleSQL does, and of which statement
   */
  analyze(sql: string): Promise<{ statements: number; columns: readonly Column[] }>
}

export interface Googlesql {
  analyzer(tables: Columns): Promise<Analyzer>
  /** Executes one query on these tables, whose names have one part. Together they have to be smaller than 4 MiB. */
  execute(sql: string, tables: ReadonlyMap<string, Relation>): Promise<Relation>
  stop(): Promise<void>
}

/** @param say is told what takes long. @throws Error that says the way out */
export async function startGooglesql(say?: (line: string) => void): Promise<Googlesql> {
  const server = await startServer(say)
  const options = await optionsOf(server)
  const builtinFunctionOptions = { languageOptions: options.languageOptions }
  return {
    async analyzer(tables) {
      const simpleCatalog = { ...catalogOf(tables), builtinFunctionOptions }
      const { registeredId: registeredCatalogId = '' } = await server.call('RegisterCatalog', { simpleCatalog })
      return {
        async analyze(sql) {
          const end = Buffer.byteLength(sql.trimEnd())
          let columns: readonly Column[] = []
          for (let at = 0, statements = 1; ; statements += 1) {
            const parseResumeLocation = { input: sql, bytePosition: at, allowResume: true } as const
            const told = await server.call('Analyze', { options, registeredCatalogId, parseResumeLocation })
            const { outputColumnList = [] } = told.resolvedStatement?.resolvedQueryStmtNode ?? {}
            columns = outputColumnList.map(({ name = '', column }) => ({
              name,
              ...(column?.type && { type: column.type }),
            }))
            at = told.resumeBytePosition ?? end
            if (at >= end) return { statements, columns }
          }
        },
      }
    },
    async execute(sql, tables) {
      const simpleCatalog = { ...catalogOf(columnsIn(tables)), builtinFunctionOptions }
      const tableContent = Object.fromEntries([...tables].map(([name, relation]) => [name, contentOf(relation)]))
      const { registeredId: id = '' } = await server.call('RegisterCatalog', { simpleCatalog, tableContent })
      try {
        const { content, prepared } = await server.call('EvaluateQuery', { options, registeredCatalogId: id, sql })
        const rows = (content?.tableData?.row ?? []).map(({ cell = [] }) => cell)
        return { columns: prepared?.columns ?? [], rows }
      } finally {
        await server.call('UnregisterCatalog', { registeredId: id })
      }
    },
    stop: server.stop,
  }
}

const columnsIn = (tables: ReadonlyMap<string, Relation>): Columns =>
  new Map([...tables].map(([name, { columns }]) => [name, columns]))

const contentOf = ({ rows }: Relation) => ({ tableData: { row: rows.map((cell) => ({ cell })) } })

/** A catalog in a catalog for each part of a name. */
function catalogOf(tables: Columns): SimpleCatalog {
  let ids = 0
  const within = (
    name: string,
    inside: readonly (readonly [readonly string[], readonly Column[]])[],
  ): SimpleCatalog => {
    const table: SimpleTable[] = []
    const parts = Map.groupBy(inside, ([[first = '', ...rest]]) => (rest.length === 0 ? '' : first))
    for (const [[only = ''], column] of parts.get('') ?? []) table.push({ name: only, serializationId: ++ids, column })
    parts.delete('')
    const catalog = [...parts].map(([part, each]) =>
      within(
        part,
        each.map(([[, ...rest], columns]) => [rest, columns]),
      ),
    )
    return { name, table, catalog }
  }
  return within(
    'bigquery',
    [...tables].map(([name, columns]) => [name.split('.'), columns]),
  )
}
