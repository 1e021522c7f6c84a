/** Transactions, and reading rows. Everything between BEGIN and COMMIT is synchronous, so that none stays open across a wait. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** Takes the write lock first: a transaction that reads and then writes would fail when another has written in between. */
export const writing = <T>(db: DatabaseSync, work: () => T): T => within(db, 'BEGIN IMMEDIATE', work)

/** One consistent view of everything that `work` reads. */
export const reading = <T>(db: DatabaseSync, work: () => T): T => within(db, 'BEGIN', work)

function within<T>(db: DatabaseSync, begin: string, work: () => T): T {
  db.exec(begin)
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    // SQLite has rolled back by itself when the disk is full.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

export interface Query<Row> {
  readonly first: (...values: SQLInputValue[]) => Row | undefined
  /** Leaving the loop early ends the read. */
  readonly each: (...values: SQLInputValue[]) => Iterable<Row>
}

/** A statement that reads. Its rows have the columns that the SQL names: no compiler checks that they are `Row`s. */
export function query<Row>(db: DatabaseSync, sql: string): Query<Row>
export function query(db: DatabaseSync, sql: string): Query<unknown> {
  const statement = db.prepare(sql)
  return {
    first: (...values) => statement.get(...values),
    each: (...values) => statement.iterate(...values),
  }
}
