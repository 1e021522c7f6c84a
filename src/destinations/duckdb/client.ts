/** The file of the warehouse, open for writing. DuckDB lets one process write, or many read; so it is held for loads only. */
import { statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { TransientError } from '../../errors.ts'

export interface Client {
  readonly connection: DuckDBConnection
  /** Lets go of the file. Whatever was not committed is undone. */
  close(): void
}

const SETTINGS = {
  threads: '1',
  // A checkpoint writes the last part of every table again, so few large ones cost less than many small ones.
  checkpoint_threshold: '256MB',
  // Payloads and other JSON take a third of the room in zstd, which files have had since DuckDB 1.2.
  storage_compatibility_version: 'v1.2.0',
  zstd_min_string_length: '256',
  // Nothing is fetched from the network.
  autoinstall_known_extensions: 'false',
}

const MEGABYTE = 1024 ** 2

/**
 * Grows with the file: deleted rows stay in memory until a checkpoint, and large warehouses have more of them.
 * @param times more than usual, for a batch that did not fit
 */
function memoryLimit(file: string, times: number): string {
  const megabytes = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) / MEGABYTE
  return `${Math.round(Math.min(1024, 100 + megabytes / 10) * times)}MiB`
}

/** DuckDB itself lets one process open a file twice. */
const openPaths = new Set<string>()

/** Opens the file, and makes it and its folder if missing. @throws what DuckDB throws, or TransientError */
export async function openClient(path: string, times: number): Promise<Client> {
  const file = resolve(path)
  if (openPaths.has(file)) {
    throw new TransientError(`open ${path}: this process has it open; close it there, loading goes on by itself`)
  }
  openPaths.add(file)
  try {
    await mkdir(dirname(file), { recursive: true })
    const instance = await DuckDBInstance.create(file, { ...SETTINGS, memory_limit: memoryLimit(file, times) })
    const connection = await instance.connect()
    return {
      connection,
      close() {
        connection.closeSync()
        instance.closeSync()
        openPaths.delete(file)
      },
    }
  } catch (error) {
    openPaths.delete(file)
    throw error
  }
}
