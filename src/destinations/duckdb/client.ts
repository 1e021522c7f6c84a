/** The file of the warehouse, open for writing. DuckDB lets one process write, or many read; so it is held for loads only. */
import { statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { TransientError } from '../../errors.ts'
import { type OpenedFiles, openedFiles } from '../../files/opened.ts'
import { literal } from '../sql.ts'
import { removeFolder, removeLeft, temporaryFolder } from './file/leftovers.ts'

export interface Client {
  readonly connection: DuckDBConnection
  readonly files: OpenedFiles
  /** Lets go of the file. Whatever was not committed is undone. */
  close(): void
}

const SETTINGS = {
  threads: '1',
  // A checkpoint writes the last row group of every table again, so few large ones cost less than many small ones.
  checkpoint_threshold: '128MB',
  // Payloads and other JSON take a third of the room in zstd, which files have had since DuckDB 1.2.
  storage_compatibility_version: 'v1.2.0',
  zstd_min_string_length: '256',
  // Nothing is fetched from the network.
  autoinstall_known_extensions: 'false',
}

const READER_SETTINGS = { access_mode: 'READ_ONLY', threads: '1', autoinstall_known_extensions: 'false' }

/** What DuckDB makes ahead of who reads it, and keeps of memory that it no longer uses: together 60 MB less of it. */
const READER_SESSION = `
SET TimeZone = 'UTC';
SET streaming_buffer_size = '64KB';
SET allocator_flush_threshold = '1MB';
SET allocator_bulk_deallocation_flush_threshold = '1MB'`

/** A row group is compressed at once, and rewritten while it is the last: of payloads, DuckDB's 122,880 rows take hundreds of megabytes. */
export const ROW_GROUP_SIZE = 16_384

const MEGABYTE = 1024 ** 2

const megabytesOf = (file: string) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) / MEGABYTE

/**
 * Grows with the file: deleted rows stay in memory until a checkpoint, and large warehouses have more of them.
 * @param times more than usual, for what did not fit
 */
function memoryLimit(file: string, times: number): string {
  const megabytes = megabytesOf(file)
  return `${Math.round(Math.min(1024, 64 + megabytes / 10) * times)}MiB`
}

/** DuckDB itself lets one process open a file twice, and its lock is gone as soon as one of the two is closed. */
const openPaths = new Set<string>()

function claim(path: string): string {
  const file = resolve(path)
  if (openPaths.has(file)) {
    throw new TransientError(`open ${path}: this process has it open; close it there, loading goes on by itself`)
  }
  openPaths.add(file)
  return file
}

/** Opens the file, and makes it if missing: see create.ts for whoever wants it whole. @throws what DuckDB throws, or TransientError */
export async function openClient(path: string, times: number): Promise<Client> {
  const file = claim(path)
  const temporary = temporaryFolder(file)
  try {
    const crashed = megabytesOf(`${file}.wal`) > 0
    const memory_limit = memoryLimit(file, times)
    const instance = await DuckDBInstance.create(':memory:', {
      ...SETTINGS,
      memory_limit,
      temp_directory: temporary,
    })
    const connection = await instance.connect()
    const close = () => {
      connection.closeSync()
      instance.closeSync()
      openPaths.delete(file)
    }
    try {
      await connection.run(`ATTACH ${literal(file)} AS warehouse (ROW_GROUP_SIZE ${ROW_GROUP_SIZE}); USE warehouse`)
      await removeLeft(file, temporary)
      // Closing leaves no log behind. After a crash there is one, and it would be read at each start until a checkpoint.
      if (crashed) await connection.run('CHECKPOINT')
      return { connection, files: openedFiles([file]), close }
    } catch (error) {
      close()
      throw error
    }
  } catch (error) {
    openPaths.delete(file)
    throw error
  }
}

/**
 * Opens the file for reading only; others may read it meanwhile, and none can write.
 * @throws what DuckDB throws, or TransientError
 */
export async function openReader(path: string): Promise<Client> {
  const file = claim(path)
  const temp_directory = temporaryFolder(file)
  try {
    // Here, as DuckDB would let others read what it keeps in it. A folder that this user may not write has none.
    await mkdir(temp_directory, { mode: 0o700 }).catch(() => {})
    const instance = await DuckDBInstance.create(file, { ...READER_SETTINGS, temp_directory })
    const connection = await instance.connect()
    await connection.run(READER_SESSION)
    const close = () => {
      connection.closeSync()
      instance.closeSync()
      removeFolder(temp_directory)
      openPaths.delete(file)
    }
    return { connection, files: openedFiles([file]), close }
  } catch (error) {
    removeFolder(temp_directory)
    openPaths.delete(file)
    throw error
  }
}
