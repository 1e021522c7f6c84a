/** `npm run query`: asks the warehouse in SQL, and prints a table. */
import { Command, InvalidArgumentError } from 'commander'
import type { Row } from '../schemas/spec.ts'
import type { Reading } from '../src/destinations/source.ts'
import { runCommand } from './command.ts'
import { waitOption } from './patience.ts'
import { print, type ReadingOptions, sourceOption, withSource } from './reading.ts'
import { formatAnswer } from './records.ts'
import { terminalWidth } from './terminal.ts'

const program = new Command('npm run query --')
  .description('Ask the warehouse in its SQL and print the answer. It only reads; safe while the server runs.')
  .argument('<sql>', 'one SELECT, in quotes; of DuckDB also "SHOW TABLES", "DESCRIBE responses", "SUMMARIZE responses"')
  .option('--limit <n>', 'most rows to print', positive, 100)
  .addOption(sourceOption)
  .addOption(waitOption)
  .addHelpText(
    'after',
    `
Examples:
  npm run query -- "SELECT form_name, seen, completed, completion_rate FROM survey_funnel"
  npm run query -- "SELECT form_name, month, n, score FROM nps_by_month ORDER BY form_name, month"
  npm run query -- "SELECT status, count(*) FROM responses GROUP BY ALL"

An answer that is wider than the terminal is printed as records, a line for each value; into a pipe or a file it is always a table.
NULL is no value; a text of these four letters is in quotes.

npm run export-csv -- --list shows all tables and views; docs/tables.md tells what is in them.`,
  )

await runCommand(program, async (config) => {
  const [sql = ''] = program.args
  const { limit, ...reading } = program.opts<ReadingOptions & { limit: number }>()
  if (sql.trim() === '') throw new Error('query: there is no statement; give one SELECT in quotes')
  const answer = await withSource(config, reading, async (source, signal) =>
    take(await source.read({ sql }, signal), limit),
  )
  const { columns, rows, hasMore } = answer
  const { text, isCut } = formatAnswer(columns, rows, terminalWidth())
  await print(`${text}\n\n${summary(rows.length, hasMore, isCut)}\n`)
  return true
})

async function take({ columns, rows }: Reading, limit: number) {
  const taken: Row[] = []
  for await (const some of rows) {
    taken.push(...some)
    if (taken.length > limit) return { columns, rows: taken.slice(0, limit), hasMore: true }
  }
  return { columns, rows: taken, hasMore: false }
}

function summary(count: number, hasMore: boolean, isCut: boolean): string {
  const whole = 'npm run export-csv -- --sql "…" writes all to a file.'
  if (hasMore)
    return `The first ${count === 1 ? 'row' : `${count} rows`}; there are more. --limit prints more of them, ${whole}`
  const counted = count === 1 ? '1 row' : `${count} rows`
  return isCut ? `${counted}. What ends in … is longer; ${whole}` : counted
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value <= 0) throw new InvalidArgumentError('give a whole number above 0.')
  return value
}
