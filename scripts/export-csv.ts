/** `npm run export-csv`: a survey, a table, a view or a query as a CSV file. */
import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import { type ExportOptions, exportSchema } from '../src/config/exports.ts'
import type { Config } from '../src/config.ts'
import type { Source } from '../src/destinations/source.ts'
import { MoreMemoryError } from '../src/errors.ts'
import { listExportable } from '../src/exports/catalog.ts'
import type { Chosen } from '../src/exports/choose.ts'
import { type Exported, exportCsv } from '../src/exports/export.ts'
import { fileName } from '../src/exports/name.ts'
import { findScheduled, writeScheduled } from '../src/exports/scheduled.ts'
import { checkTarget } from '../src/exports/target.ts'
import { writeFile, writeStream } from '../src/exports/write.ts'
import { makeFilesWith } from '../src/files/mode.ts'
import { runCommand } from './command.ts'
import { formatList } from './list.ts'
import { waitOption } from './patience.ts'
import { print, type ReadingOptions, sourceOption, withSource } from './reading.ts'
import { note, terminalWidth } from './terminal.ts'

const STDOUT = '-'

/** Beside what to export. */
interface Given extends ReadingOptions {
  readonly list?: true
  readonly scheduled?: string
  readonly out?: string
}

const program = new Command('npm run export-csv --')
  .description('Write a survey, a table, a view or a query as a CSV file. It only reads; safe while the server runs.')
  .option('--list', 'what there is to export, with how many rows it has')
  .option(
    '--survey <name>',
    'a survey with a column for each question: its name, now or once, or the start of it, its uuid, or its view',
  )
  .option('--table <name>', 'a table, such as responses')
  .option('--view <name>', 'a view, such as nps_by_month')
  .option('--sql <statement>', 'the answer to one SELECT')
  .option(
    '--scheduled <name>',
    'the export of the setting EXPORTS with this name, now, to where the schedule writes it',
  )
  .option(
    '--from <time>',
    'only from this day or time on, in TIME_ZONE (default UTC), such as 2026-11-01 or 2026-11-01T12:00:00Z',
  )
  .option('--to <time>', 'only before this day or time')
  .option('--status <list>', 'only these: completed, dismissed, partial, seen')
  .option('--columns <list>', 'only these columns, in this order, with commas between')
  .option(
    '--out <file>',
    'the file, replaced when it is whole; - for standard output (default: named by what it holds)',
  )
  .option('--delimiter <character>', 'what stands between fields, such as ";", or tab (default: ,)')
  .option('--bom', 'a byte order mark first, by which Excel knows UTF-8')
  .option('--excel', 'for spreadsheets: --bom, and an apostrophe before texts that would run as a formula')
  .addOption(sourceOption)
  .addOption(waitOption)
  .addHelpText(
    'after',
    `
Examples:
  npm run export-csv -- --list
  npm run export-csv -- --survey "NPS Survey" --from 2026-11-01 --status completed --excel
  npm run export-csv -- --view nps_by_month --out nps.csv
  npm run export-csv -- --scheduled nps-weekly
  npm run -s export-csv -- --sql "SELECT email, score FROM scores JOIN users USING (user_uuid)" --out - | head

docs/exports.md tells the format, and how to export on a schedule.`,
  )

await runCommand(program, async (config) => {
  const { list, source, wait, ...others } = program.opts<Given>()
  const reading = { ...(source && { source }), wait }
  if (list) {
    const [other] = Object.keys(others)
    if (other !== undefined) throw new Error(`export: --list takes no --${other}; leave one of them out`)
    return withSource(config, reading, printList)
  }
  const { scheduled, out, ...given } = others
  if (scheduled !== undefined) return runNow(config, scheduled, wait)
  const options = checked(given, config.models.timeZone)
  const target = { dataDir: config.dataDir, kind: 'csv' } as const
  // Now, rather than after a wait for the warehouse.
  if (out !== undefined && out !== STDOUT) await checkTarget(out, target)
  return withSource(config, reading, async (source, signal) => {
    const progress = startProgress(source, options, out)
    const { rows, written } = await exportCsv(source, {
      options,
      signal,
      async onStart(chosen) {
        if (chosen.note !== undefined) note(chosen.note)
        await progress.start(chosen)
      },
      onRows: progress.rows,
      async write(name, text) {
        if (out === STDOUT) {
          return (await writeStream(process.stdout, text, signal).catch(onlyOnce)) ? 'standard output' : ''
        }
        const file = out ?? fileName(name)
        await checkTarget(file, target)
        return writeFile(file, text, signal)
      },
    }).finally(progress.stop)
    if (written !== '') noteWritten({ rows, written })
    return true
  })
})

function noteWritten({ rows, written }: Exported): void {
  note(`${rows} ${rows === 1 ? 'row' : 'rows'} written to ${written}`)
}

async function runNow(config: Config, name: string, wait: number): Promise<boolean> {
  const other = Object.keys(program.opts()).find((option) => option !== 'scheduled' && option !== 'wait')
  if (other !== undefined)
    throw new Error(`export: --scheduled takes no --${other}, as EXPORTS says all of it; leave one of them out`)
  const job = findScheduled(config.exports, name)
  makeFilesWith(config.fileMode)
  return withSource(config, { source: job.source, wait }, async (source, signal) => {
    const exported = await writeScheduled(job, new Date(), source, signal)
    if (exported.note !== undefined) note(exported.note)
    noteWritten(exported)
    return true
  })
}

/** What was written to a file is begun anew when its answer needs more memory; what went to a pipe is gone. */
function onlyOnce(error: unknown): never {
  if (!(error instanceof MoreMemoryError)) throw error
  throw new Error(`${error.message}: export to a file, --out FILE, which is begun again by itself`)
}

async function printList(source: Source, signal: AbortSignal): Promise<boolean> {
  await print(`${formatList(await listExportable(source, signal), terminalWidth())}\n`)
  return true
}

/** @throws with one line for each mistake */
function checked(given: object, timeZone: string): ExportOptions {
  const { success, data, error } = exportSchema(timeZone).safeParse(given)
  if (success) return data
  const lines = error.issues.map(({ path: [option], message }) =>
    option === undefined
      ? message
      : `--${String(option)} ${String(Reflect.get(given, option)) || '""'}: give ${message}`,
  )
  throw new Error(`export: ${lines.join('\n  ')}\n--help tells all options, --list what there is to export`)
}

/** On a terminal only, and on standard error, so that it is never in the CSV. */
function startProgress(source: Source, { sql }: ExportOptions, out: string | undefined) {
  const isShown = process.stderr.isTTY && !(out === STDOUT && process.stdout.isTTY)
  // A statement of someone's own may take long: it is not read twice.
  const isCounted = sql === undefined && source.count !== undefined
  const share = isCounted ? '{bar} {value}/{total}' : '{value}'
  const bar = new SingleBar({ format: `exporting ${share} rows, {rate} rows/s`, noTTYOutput: false })
  let began = performance.now()
  return {
    async start({ selection }: Chosen) {
      if (!isShown) return
      const total = isCounted ? await source.count?.(selection) : undefined
      began = performance.now()
      bar.start(total ?? 0, 0, { rate: 0 })
    },
    rows: (rows: number) => bar.update(rows, { rate: Math.round((rows * 1000) / (performance.now() - began)) }),
    stop: () => bar.stop(),
  }
}
