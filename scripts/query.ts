/** `npm run query`: asks the warehouse in SQL, and prints a table. */
import { Command, InvalidArgumentError } from 'commander'
import type { Row } from '../schemas/spec.ts'
import type { SourceName } from '../src/config/exports.ts'
import type { Reading } from '../src/destinations/source.ts'
import { runCommand } from './command.ts'
import { print, sourceOption, withSource } from './reading.ts'
import { formatTable } from './table.ts'

const program = new Command('npm run query --')
  .description('Ask the warehouse in its SQL and print the answer. It only reads; safe while the server runs.')
  .argument('<sql>', 'one SELECT, in quotes; of DuckDB also "SHOW TABLES", "DESCRIBE responses", "SUMMARIZE responses"')
  .option('--limit <n>', 'most rows to print', positive, 100)
  .addOption(sourceOption)
  .addHelpText(
    'after',
    `
Examples:
  npm run query -- "SELECT form_name, seen, completed, completion_rate FROM survey_funnel"
  npm run query -- "SELECT form_name, month, n, score FROM nps_by_month ORDER BY form_name, month"
  npm run query -- "SELECT status, count(*) FROM responses GROUP BY ALL"

npm run export-csv -- --list shows all tables and views; docs/tables.md tells what is in them.`,
  )

await runCommand(program, async (config) => {
  const [sql = ''] = program.args
  const { limit, source: from } = program.opts<{ limit: number; source?: SourceName }>()
  if (sql.trim() === '') throw new Error('query: there is no statement; give one SELECT in quotes')
  const answer = await withSource(config, from, async (source, signal) =>
    take(await source.read({ sql }, signal), limit),
  )
  const { columns, rows, hasMore } = answer
  await print(`${formatTable(columns, rows)}\n\n${summary(rows.length, hasMore)}\n`)
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

function summary(count: number, hasMore: boolean): string {
  if (!hasMore) return `${count} ${count === 1 ? 'row' : 'rows'}`
  return `The first ${count} rows; there are more. --limit prints more of them, npm run export-csv -- --sql "…" writes all to a file.`
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value <= 0) throw new InvalidArgumentError('give a whole number above 0.')
  return value
}
