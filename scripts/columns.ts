/** `npm run columns`: which type each column of a survey's view has, what does not fit it, and what would change it. */
import { Command } from 'commander'
import { type ColumnReports, columnReports } from '../src/columns/columns.ts'
import { readColumns } from '../src/columns/read.ts'
import { bigqueryDialect } from '../src/destinations/bigquery/dialect.ts'
import { identifier } from '../src/destinations/bigquery/sql.ts'
import { duckdbDialect } from '../src/destinations/duckdb/dialect.ts'
import { findSurvey } from '../src/exports/survey.ts'
import { runCommand } from './command.ts'
import { waitOption } from './patience.ts'
import { print, type ReadingOptions, sourceOption, withSource } from './reading.ts'
import { cutLines } from './records.ts'
import { formatTable } from './table.ts'
import { note, terminalWidth } from './terminal.ts'

const program = new Command('npm run columns --')
  .description("Show the type of each column of a survey's view. It only reads; safe while the server runs.")
  .option('--survey <name>', 'one survey, by its name, its uuid or the name of its view; all if left out')
  .option('--json', 'print JSON instead of a table')
  .addOption(sourceOption)
  .addOption(waitOption)
  .addHelpText(
    'after',
    `
A column is a number, a boolean, a date, a timestamp or text, by what at least half of the answers are; a list if more than half are
lists. What does not fit is empty there, and stands as text in a column beside it, such as rating_text beside rating.

  open     fewer than 20 answers: the type may still change
  given    from 20 answers on: it stays, whatever comes
  setting  COLUMN_TYPES says it

"would be" shows the type that today's answers would give. To take it, set what stands there and restart the server:
the view has it after the next load. Whoever asks that column by SQL has to know.

Examples:
  npm run columns -- --survey "NPS Survey"
  npm run columns -- --json
  COLUMN_TYPES=survey_nps_survey.rating=text npm start`,
  )

/** Names as they stand, which both find in the warehouse that is read. */
const DIALECTS = {
  duckdb: duckdbDialect,
  bigquery: {
    ...bigqueryDialect((table) => ({ project: 'a-project', dataset: 'a_dataset', table })),
    relation: identifier,
  },
}

await runCommand(program, async (config) => {
  const { survey: word, json, ...reading } = program.opts<ReadingOptions & { survey?: string; json?: true }>()
  const reports = await withSource(config, reading, async (source, signal) => {
    const found = word === undefined ? undefined : await findSurvey(source, word, 'columns', signal)
    if (found?.note !== undefined) note(found.note)
    const surveys = found === undefined ? 'all' : new Set([found.survey.formUuid])
    const sql = DIALECTS[reading.source ?? config.source]
    const { catalog, counts } = await readColumns(source, sql, config.models, surveys, signal)
    return columnReports(catalog, counts, config.models, surveys)
  })
  await print(json ? `${JSON.stringify(reports, undefined, 2)}\n` : `${tableOf(reports)}\n`)
  for (const column of reports.unknown) note(`COLUMN_TYPES names ${column}: no view has such a column`)
  return true
})

function tableOf({ columns }: ColumnReports): string {
  if (columns.length === 0) return 'No columns yet: they come with the first answers that are loaded.'
  const names = ['view', 'column', 'type', 'state', 'answers', 'fit', 'do not fit', 'would be']
  const rows = columns.map(({ view, column, type, state, answers, fit, misfit, change }) => [
    view ?? '(all)',
    column,
    type,
    state,
    answers,
    fit,
    misfit,
    change === null ? '' : `${change.split('=').at(-1)}: ${change}`,
  ])
  return cutLines(formatTable(names, rows), terminalWidth())
}
