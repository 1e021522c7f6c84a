/** The statements that the loader sends, recognised by their form; this is no SQL engine. */
import type { LoadRecord } from '../../../schemas/records.ts'

export interface PipelineScript {
  readonly kind: 'pipeline'
  readonly pipeline: string
}

/** Lets a batch be the next one. */
export interface TurnScript {
  readonly kind: 'turn'
  readonly pipeline: string
  readonly lastBatch: string
}

export interface MergeScript {
  readonly kind: 'merge'
  readonly pipeline: string
  readonly previous: string
  readonly withdrawals: number
  readonly record: LoadRecord
  /** As the state keeps it. */
  readonly recordText: string
  /** What was billed for an earlier batch. */
  readonly billed: { readonly batchId: string; readonly bytes: number } | undefined
  /** Which staging table goes into which table, as `dataset.table`. */
  readonly moves: readonly { readonly into: string; readonly from: string }[]
}

/** Calls off the loads that have begun. */
export interface WithdrawScript {
  readonly kind: 'withdraw'
  readonly pipeline: string
  readonly batchId: string
  /** Before it, and after. */
  readonly counts: readonly [number, number]
}

/** Fills the attributes of forms by the respondents that are there. */
export interface FillScript {
  readonly kind: 'fill'
}

/** Takes the id of a job. */
export interface NothingScript {
  readonly kind: 'nothing'
}

export type Script = PipelineScript | TurnScript | MergeScript | WithdrawScript | FillScript | NothingScript

const TEXT = String.raw`'((?:[^'\\]|\\U[0-9a-f]{8})*)'`
const PATH = String.raw`\`[^\`]+\`\.\`(\w+)\`\.\`(\w+)\``
const whole = (pattern: string) => new RegExp(`^${pattern}$`)

const PIPELINE = whole(
  String.raw`INSERT INTO ${PATH} \(pipeline, last_batch, updated_at\) VALUES \(${TEXT}, '', CURRENT_TIMESTAMP\(\)\)`,
)
const TURN = `WHERE pipeline = ${TEXT} AND last_batch = ${TEXT} AND IFNULL\\(withdrawals, 0\\) = (\\d+)`
const FENCE = whole(String.raw`SELECT IF\(COUNT\(\*\) = 1, 'ok', ERROR\('FENCE_LOST'\)\) FROM ${PATH} ${TURN}`)
const UPDATE = whole(
  String.raw`UPDATE ${PATH} SET last_batch = ${TEXT}, record = ${TEXT}, updated_at = CURRENT_TIMESTAMP\(\) ${TURN}`,
)
const HELD = whole(String.raw`UPDATE ${PATH} SET updated_at = CURRENT_TIMESTAMP\(\) ${TURN}`)
const WITHDRAW = whole(
  String.raw`UPDATE ${PATH} SET withdrawals = (\d+), updated_at = CURRENT_TIMESTAMP\(\) ` +
    String.raw`WHERE pipeline = ${TEXT} AND last_batch != ${TEXT} AND IFNULL\(withdrawals, 0\) = (\d+)`,
)
const MERGE = new RegExp(
  String.raw`^MERGE ${PATH} AS T USING (?:\(SELECT \* FROM )?${PATH}(?: WHERE [^)]*\))? AS S ON `,
)
const CHILDREN = new RegExp(String.raw`^INSERT INTO ${PATH} \([^)]*\) SELECT .*? FROM ${PATH} WHERE `)
const BILLED = whole(
  String.raw`UPDATE ${PATH} SET bytes_billed = (\d+) WHERE destination = 'bigquery' AND batch_id = ${TEXT} AND bytes_billed IS NULL`,
)
const LOADS = new RegExp(String.raw`^INSERT INTO ${PATH} \([^)]*\) SELECT .* FROM \(SELECT 1\) WHERE NOT EXISTS `)

const FILL = new RegExp(String.raw`^MERGE ${PATH} AS T USING \(SELECT F\.`)

/** A transaction that changes nothing but a table of its own, to see whether that is allowed. */
export const CHECK = whole(
  String.raw`BEGIN TRANSACTION;\nUPDATE ${PATH} SET updated_at = updated_at WHERE FALSE;\nDELETE FROM ${PATH} WHERE one = 1;\nCOMMIT TRANSACTION;\n`,
)

const RESYNC = whole(
  String.raw`BEGIN TRANSACTION;\nDELETE FROM ${PATH} WHERE pipeline = ${TEXT};\n` +
    String.raw`INSERT INTO ${PATH} \(pipeline, last_batch, updated_at\) VALUES \(${TEXT}, ${TEXT}, CURRENT_TIMESTAMP\(\)\);\nCOMMIT TRANSACTION;\n`,
)
const RECORD = whole(`SELECT .* FROM ${PATH} WHERE batch_id = ${TEXT} ORDER BY finished_at, upload LIMIT 1`)
const ALL = whole(`SELECT one FROM ${PATH}`)

/** A query for the row of a batch in loads, or for all of the table of a check. undefined: it is neither. */
export function selected(sql: string): { table: string; batchId: string | undefined } | undefined {
  const [record, all] = [RECORD.exec(sql), ALL.exec(sql)]
  const [, dataset, table, batchId] = record ?? all ?? []
  return table === undefined
    ? undefined
    : { table: `${dataset}.${table}`, batchId: record ? unquoted(batchId) : undefined }
}

/** undefined: it is none of them. */
export function recognise(sql: string): Script | undefined {
  if (FILL.test(sql)) return { kind: 'fill' }
  const insert = PIPELINE.exec(sql)
  if (insert) return { kind: 'pipeline', pipeline: unquoted(insert[3]) }
  const resync = RESYNC.exec(sql)
  if (resync) return { kind: 'turn', pipeline: unquoted(resync[6]), lastBatch: unquoted(resync[7]) }

  if (sql === "SELECT 'nothing' AS what") return { kind: 'nothing' }
  const withdraw = WITHDRAW.exec(sql)
  if (withdraw) {
    const counts = [Number(withdraw[6]), Number(withdraw[3])] as const
    return { kind: 'withdraw', pipeline: unquoted(withdraw[4]), batchId: unquoted(withdraw[5]), counts }
  }

  const statements = sql.split(';\n').filter((each) => each !== '')
  // The last transaction says which batch it is; those before it hold the place, and merge a part each.
  const last = statements.lastIndexOf('BEGIN TRANSACTION')
  const [begin, fence = '', update = '', ...rest] = statements.slice(last)
  const [commit, loads = ''] = rest.toReversed()
  const [turn, moved] = [FENCE.exec(fence), UPDATE.exec(update)]
  if (begin !== 'BEGIN TRANSACTION' || commit !== 'COMMIT TRANSACTION' || !LOADS.test(loads)) return undefined
  if (!turn || !moved || turn[3] !== moved[5] || turn[4] !== moved[6] || turn[5] !== moved[7]) return undefined
  if (last > 0 && (statements[1] !== fence || !HELD.test(statements[2] ?? ''))) return undefined
  const recordText = unquoted(moved[4])
  const { job, ...record }: LoadRecord & { job?: unknown } = JSON.parse(recordText)
  if (record.batchId !== unquoted(moved[3]) || typeof job !== 'string') return undefined
  const moves = statements.flatMap((statement) => {
    if (LOADS.test(statement)) return []
    const move = MERGE.exec(statement) ?? CHILDREN.exec(statement)
    return move ? [{ into: `${move[1]}.${move[2]}`, from: `${move[3]}.${move[4]}` }] : []
  })
  const noted = rest.map((statement) => BILLED.exec(statement)).find((match) => match !== null)
  return {
    kind: 'merge',
    pipeline: unquoted(turn[3]),
    previous: unquoted(turn[4]),
    withdrawals: Number(turn[5]),
    record,
    recordText,
    billed: noted && { batchId: unquoted(noted[4]), bytes: Number(noted[3]) },
    moves,
  }
}

function unquoted(literal = ''): string {
  return literal.replace(/\\U([0-9a-f]{8})/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
}
