/** What is on disk, opened as the settings say. The server, the loader and the scripts open it here; DuckDB is loaded only by whoever loads. */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BatchLimits, Claim, EventBuffer } from './buffer/buffer.ts'
import { claimFile } from './buffer/sqlite/claim.ts'
import { bufferError } from './buffer/sqlite/errors.ts'
import { holderOf } from './buffer/sqlite/holder.ts'
import { openSqliteBuffer } from './buffer/sqlite.ts'
import type { Config, SourceName } from './config.ts'
import { NAME as BIGQUERY, LEAST_INTERVAL } from './destinations/bigquery/options.ts'
import type { Destination } from './destinations/destination.ts'
import type { Source } from './destinations/source.ts'
import { PermanentError } from './errors.ts'
import { folderMode, grant } from './files/mode.ts'

/** Beside BATCH_MAX_EVENTS: these bound the memory that loading takes, also of bodies that are one long list. */
const BATCH = { bytes: 6 * 1024 ** 2, values: 400_000 }
/** BigQuery bills each batch anew, so it takes at once what LOAD_WHEN_PENDING lets wait, in bodies of 2 KB. */
const BIGQUERY_BATCH = { bytes: 24 * 1024 ** 2, values: 900_000 }
const QUARANTINE = { items: 10_000, bytes: 256 * 1024 ** 2 }

/** Milliseconds: for one that is just told to stop, and lets go as soon as it does not listen. */
const PATIENCE = 5_000

/**
 * The right to be the server of the folder, for as long as it runs. One that is ending is waited for, as where starts overlap.
 * @param onWait told before it waits, which stops the thread
 * @throws PermanentError when another has it, or where the folder cannot be made
 */
export function claimServer(config: Config, onWait: () => void): Claim {
  const { dataDir } = config
  makeDataDir(config)
  const path = join(dataDir, 'server.lock')
  try {
    const claim = claimFile(path, 0)
    if (claim !== undefined) return claim
    onWait()
    const later = claimFile(path, PATIENCE)
    if (later !== undefined) return later
  } catch (error) {
    throw bufferError('take the lock', path, error)
  }
  const other = holderOf(path)
  throw new PermanentError(
    `open ${dataDir}: another server${other === undefined ? '' : `, ${other},`} receives into it; stop that one, or set DATA_DIR and PORT to others for this one`,
  )
}

const bufferPath = (config: Config): string => join(config.dataDir, 'buffer.sqlite')

/** For the server: makes what is not there. @throws PermanentError where it cannot be made, or is no buffer */
export function openBuffer(config: Config): EventBuffer {
  makeDataDir(config)
  return openSqliteBuffer(bufferPath(config), {
    consumers: config.destinations,
    retention: { days: config.retainDays, bytes: config.retainBytes },
    quarantine: QUARANTINE,
  })
}

/** For whoever works beside the server. @throws PermanentError also when there is none, and then makes nothing */
export function openExistingBuffer(config: Config): EventBuffer {
  if (hasBuffer(config)) return openBuffer(config)
  throw new PermanentError(
    `open ${bufferPath(config)}: there is no buffer in that folder yet; npm start receives events and makes it, or check DATA_DIR`,
  )
}

/** Also when the folder cannot be looked into: opening it then says why. */
export function hasBuffer(config: Config): boolean {
  try {
    return statSync(bufferPath(config), { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}

function makeDataDir({ dataDir: path, fileMode }: Config): void {
  try {
    makeFolder(path, folderMode(fileMode))
    grant(path, fileMode)
  } catch (cause) {
    throw new PermanentError(
      `make the folder ${path}: it cannot be made here; set DATA_DIR to one that this user may write`,
      {
        cause,
      },
    )
  }
}

/** One level at a time: a recursive `mkdir` tries for ever where a folder that is there takes none, as in /proc. */
function makeFolder(path: string, mode: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  makeFolder(dirname(path), mode)
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    // Another process may have made it.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

/** Milliseconds between runs of loads, at least. @param destination its name */
export const leastInterval = (destination: string): number => (destination === BIGQUERY ? LEAST_INTERVAL : 0)

/** @param destination its name */
export const batchLimits = (config: Config, destination: string): BatchLimits => ({
  events: config.batchMaxEvents,
  ...(destination === 'bigquery' ? BIGQUERY_BATCH : BATCH),
})

export const warehousePath = (config: Config): string => join(config.dataDir, 'warehouse.duckdb')

/** @param onNotice told what there is to know of its files, in words */
export async function openDestination(
  config: Config,
  name: Config['destinations'][number],
  onNotice: (text: string) => void = () => {},
): Promise<Destination> {
  const { fileMode: mode } = config
  switch (name) {
    case 'duckdb': {
      const { duckdbDestination } = await import('./destinations/duckdb/duckdb.ts')
      return duckdbDestination({ path: warehousePath(config), models: config.models, mode, onNotice })
    }
    case 'bigquery': {
      const { bigqueryDestination } = await import('./destinations/bigquery/bigquery.ts')
      return bigqueryDestination({ ...config.bigquery, models: config.models })
    }
    case 'csv': {
      const { csvDestination } = await import('./destinations/csv/csv.ts')
      return csvDestination({ directory: join(config.dataDir, 'csv'), formulaGuard: config.csvFormulaGuard, mode })
    }
  }
}

/**
 * The warehouse, to read from.
 * @param onBytes told how many bytes BigQuery reads for an answer, before it does
 * @throws TransientError while a load holds it, PermanentError when nothing is loaded into it
 */
export async function openSource(
  config: Config,
  from: SourceName = config.source,
  onBytes?: (bytes: number) => void,
): Promise<Source> {
  if (from === 'bigquery') {
    // Only then are its settings checked.
    if (!config.destinations.includes(from)) throw notLoaded('read BigQuery', 'bigquery', config)
    const { bigquerySource } = await import('./destinations/bigquery/source.ts')
    return bigquerySource(config.bigquery, onBytes)
  }
  const path = warehousePath(config)
  if (!config.destinations.includes(from) && !existsSync(path)) throw notLoaded(`open ${path}`, from, config)
  const { duckdbSource } = await import('./destinations/duckdb/source.ts')
  return duckdbSource(path)
}

const notLoaded = (action: string, from: SourceName, { destinations }: Config) =>
  new PermanentError(
    `${action}: exports, queries and reports read what is loaded into ${from}, and DESTINATIONS is ${destinations.join(',')}; ` +
      `add ${from} to it, and \`npm run replay\` fills it with what the buffer keeps`,
  )
