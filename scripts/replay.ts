/** `npm run replay`: loads kept events again. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { replay } from '../src/load/load.ts'
import { runCommand } from './command.ts'
import { loadAll } from './loading.ts'
import { waitOption } from './patience.ts'

const program = new Command('npm run replay --')
  .description(
    'Load events again that the buffer still keeps. Changes nothing when all is well; fills a warehouse that was lost.',
  )
  .addOption(
    new Option('--from <time>', 'first arrival, such as 2026-11-01 or 2026-11-01T12:00:00Z (UTC)')
      .argParser(instant)
      .default(0, 'the first that is kept'),
  )
  .addOption(
    new Option('--to <time>', 'end of arrivals, exclusive')
      .argParser(instant)
      .default(Number.MAX_SAFE_INTEGER, 'after the last that is kept'),
  )
  .addOption(new Option('--destination <name...>', 'only these destinations').choices(['duckdb', 'csv', 'bigquery']))
  .addOption(waitOption)
  .addHelpText('after', '\nExample: npm run replay -- --from 2026-11-01 --to 2026-11-02 --destination duckdb')

await runCommand(program, async (config) => {
  const { destination, wait, ...range } = program.opts<{
    from: number
    to: number
    destination?: string[]
    wait: number
  }>()
  if (range.from >= range.to)
    throw new Error(
      `replay: --from ${isoTime(range.from)} is not before --to ${isoTime(range.to)}; --to is where it ends, exclusive`,
    )
  const unknown = destination?.find((each) => !config.destinations.some((known) => known === each))
  if (unknown !== undefined) throw new Error(`replay into ${unknown}: it is not loaded into; add it to DESTINATIONS`)
  const name = `replay-${new Date().toISOString().replaceAll(/[-:.]/g, '').toLowerCase()}`
  return loadAll({
    config,
    wait,
    destinations: config.destinations.filter((each) => destination?.includes(each) ?? true),
    total: async (buffer) => (await buffer.stats()).kept,
    task: (options) => replay(range, name, options),
  })
})

/** Microseconds since 1970. A time without a zone is taken as UTC. */
function instant(text: string): number {
  const zoned = /^\d{4}-\d\d-\d\d[T ][\d:.]+$/.test(text) ? `${text}Z` : text
  const milliseconds = Date.parse(zoned)
  if (Number.isNaN(milliseconds)) throw new InvalidArgumentError('give a date or a time, such as 2026-11-01.')
  return milliseconds * 1000
}

function isoTime(microseconds: number): string {
  return new Date(microseconds / 1000).toISOString()
}
