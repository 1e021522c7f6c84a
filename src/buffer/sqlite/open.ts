/**
 * The file: how it is opened, made, and told apart from others. What makes an acknowledged event survive a power cut is
 * here: WAL with synchronous=FULL syncs each commit, and the folder's entry of a new file is synced before anything is in it.
 */
import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { PermanentError } from '../../errors.ts'
import { type OpenedFiles, openedFiles } from '../../files/opened.ts'
import { emptyUnfinished, makeEmpty } from './disk/file.ts'
import { LOG_SETTINGS } from './disk/log.ts'
import { bufferError, isNoDatabase } from './errors.ts'
import { query, writing } from './transaction.ts'

const VERSION = 2
const BUSY_TIMEOUT_MS = 5000

const SCHEMA = `
CREATE TABLE buffer (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  name TEXT NOT NULL,
  last_seq INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  received INTEGER NOT NULL DEFAULT 0,
  duplicate INTEGER NOT NULL DEFAULT 0,
  quarantine_kept INTEGER NOT NULL DEFAULT 0,
  quarantine_bytes INTEGER NOT NULL DEFAULT 0,
  quarantine_dropped INTEGER NOT NULL DEFAULT 0,
  quarantine_overflowed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  received_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE quarantine (
  place INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  received_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE consumers (
  name TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  open_last INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  last_load TEXT
);`

/**
 * Since version 2: events that were taken out into the quarantine, for good. Their places in `events` stay, empty and with a
 * makeshift id, until they are dropped with the others.
 */
const TAKEN_OUT = `
CREATE TABLE taken_out (
  seq INTEGER PRIMARY KEY,
  event_id BLOB NOT NULL,
  quarantine_id BLOB NOT NULL
);`

export interface OpenDatabase {
  readonly db: DatabaseSync
  /** The buffer's own name, made with it: 8 hex digits. */
  readonly name: string
  /** The file, and those that SQLite keeps beside it. */
  readonly files: OpenedFiles
}

/** @throws PermanentError for a file that is no buffer, damaged, or written by a newer version */
export function openDatabase(path: string): OpenDatabase {
  makeEmpty(path)
  try {
    return open(path)
  } catch (error) {
    if (isNoDatabase(error) && emptyUnfinished(path)) return openDatabase(path)
    throw bufferError('open the buffer', path, error)
  }
}

function open(path: string): OpenDatabase {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  try {
    requireKnown(db, path)
    db.exec(`PRAGMA page_size = 8192; PRAGMA journal_mode = WAL`)
    db.exec(`PRAGMA synchronous = FULL; ${LOG_SETTINGS}`)
    const name = prepareSchema(db)
    return { db, name, files: openedFiles([path, `${path}-wal`, `${path}-shm`]) }
  } catch (error) {
    db.close()
    throw error
  }
}

const versionOf = (db: DatabaseSync) =>
  query<{ user_version: number }>(db, 'PRAGMA user_version').first()?.user_version ?? 0

/** Before anything is changed in it. */
function requireKnown(db: DatabaseSync, path: string): void {
  // First: another who makes it meanwhile gives it tables and version at once.
  const isUsed = query(db, 'SELECT 1 FROM sqlite_schema').first() !== undefined
  const version = versionOf(db)
  if (version > VERSION) {
    const way = 'start that version again, or choose another folder'
    throw new PermanentError(
      `open the buffer ${path}: a newer version made it (schema ${version} > ${VERSION}); ${way}`,
    )
  }
  if (version === 0 && isUsed) {
    throw new PermanentError(`open the buffer ${path}: it is another program's database; choose another folder`)
  }
}

function prepareSchema(db: DatabaseSync): string {
  if (versionOf(db) < VERSION) {
    writing(db, () => {
      // Another may have done it meanwhile.
      const version = versionOf(db)
      if (version === 0) {
        db.exec(SCHEMA)
        db.prepare('INSERT INTO buffer (one, name) VALUES (1, ?)').run(randomBytes(4).toString('hex'))
      }
      if (version < 2) db.exec(TAKEN_OUT)
      db.exec(`PRAGMA user_version = ${VERSION}`)
    })
  }
  const row = query<{ name: string }>(db, 'SELECT name FROM buffer').first()
  if (row === undefined) throw new PermanentError('open the buffer: it has lost its name; restore a copy')
  return row.name
}
