/** `npm run report`: a survey as a page with charts. */
import { Command } from 'commander'
import type { Source } from '../src/destinations/source.ts'
import { type FoundSurvey, findSurvey } from '../src/exports/survey.ts'
import { checkTarget } from '../src/exports/target.ts'
import { writeFile, writeStream } from '../src/exports/write.ts'
import { reportPage } from '../src/report/page.ts'
import { readReport } from '../src/report/read.ts'
import { scoreNotes } from '../src/report/score-notes.ts'
import { runCommand } from './command.ts'
import { waitOption } from './patience.ts'
import { type ReadingOptions, sourceOption, withSource } from './reading.ts'
import { note } from './terminal.ts'

const STDOUT = '-'

const program = new Command('npm run report --')
  .description(
    'Make a page with charts of a survey: its scores over time, its funnel, and the answers to each question. One HTML file ' +
      'that needs no network, to open, send or print. It only reads; safe while the server runs.',
  )
  .option(
    '--survey <name>',
    'its name, now or once, or the start of it, its uuid, or its view (default: the only survey there is)',
  )
  .option('--out <file>', 'the file, replaced when it is whole; - for standard output', 'report.html')
  .addOption(sourceOption)
  .addOption(waitOption)
  .addHelpText(
    'after',
    `
Examples:
  npm run report -- --survey "NPS Survey"
  npm run report -- --survey survey_nps_survey --out reports/nps.html
  npm run -s report -- --survey nps --out - > nps.html

Texts that someone wrote stay out of it: no answer is shown that one user alone gave. docs/report.md tells more.`,
  )

await runCommand(program, async (config) => {
  const { survey: word, out, ...reading } = program.opts<ReadingOptions & { survey?: string; out: string }>()
  if (out !== STDOUT) await checkTarget(out, { dataDir: config.dataDir, kind: 'html' })
  return withSource(config, reading, async (source, signal) => {
    const { survey, note: called } = await surveyOf(source, word, signal)
    if (called !== undefined) note(called)
    const report = await readReport(source, survey, signal)
    const page = reportPage(report, { now: new Date(), timeZone: config.models.timeZone })
    const written =
      out === STDOUT
        ? (await writeStream(process.stdout, pieces(page), signal)) && 'standard output'
        : await writeFile(out, pieces(page), signal)
    const seen = report.funnel?.seen ?? 0
    for (const line of scoreNotes(report)) note(line)
    if (written !== false) {
      note(`${survey.name ?? survey.view}: ${seen} ${seen === 1 ? 'response' : 'responses'}, written to ${written}`)
    }
    return true
  })
})

async function surveyOf(source: Source, word: string | undefined, signal: AbortSignal): Promise<FoundSurvey> {
  if (word !== undefined) return findSurvey(source, word, 'report', signal)
  const surveys = await source.surveys(signal)
  const [only, ...others] = surveys
  if (only === undefined)
    throw new Error('report: there is no survey yet; they come with the first responses that are loaded')
  if (others.length === 0) return { survey: only }
  const lines = surveys.map(
    ({ name, view }) => `  --survey ${view}${name === null ? '' : `   ${JSON.stringify(name)}`}`,
  )
  throw new Error(`report: there are ${surveys.length} surveys; say which:\n${lines.join('\n')}`)
}

async function* pieces(page: string) {
  yield page
}
