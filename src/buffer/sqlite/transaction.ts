/** Transactions, and reading rows. Everything between BEGIN and COMMIT is synchronous, so that none stays open across a wait. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

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

/** The first row, its columns as the statement names them. */
export function firstRow<Row>(statement: StatementSync, ...values: SQLInputValue[]): Row | undefined {
  return statement.get(...values) as Row | undefined
}

/** Rows one by one; leaving the loop early ends the read. */
export function rowsOf<Row>(statement: StatementSync, ...values: SQLInputValue[]): Iterable<Row> {
  return statement.iterate(...values) as Iterable<unknown> as Iterable<Row>
}
