/** `npm start -- --help`: what the program does, and every setting. */
import { Command } from 'commander'
import { settings } from './config/schema.ts'

/** Prints the help that the arguments ask for, or what is wrong with them, and ends the process. */
export function help(argv: readonly string[]): void {
  const lines = settings.flatMap(({ name, default: preset, allowed, description }) => [
    `  ${name}${preset === undefined ? '' : ` (${preset})`}`,
    `      ${description}`,
    `      Allowed: ${allowed}`,
  ])
  new Command('npm start --')
    .description(
      'Receives Refiner webhooks, keeps each one durably before it answers, and loads them as typed rows on a schedule.\n' +
        'Point a webhook (Integrations > Webhooks in Refiner) at http://HOST:PORT/webhooks/refiner.',
    )
    .addHelpText(
      'after',
      [
        '\nSettings, all optional: from the environment, else .env, else refiner-warehouse.config.json; defaults in parentheses.',
        ...lines,
        '\nOther commands: npm run load, replay, export-csv, query, columns, bigquery, quarantine, report, send-samples; each explains itself with -- --help.',
      ].join('\n'),
    )
    .allowExcessArguments(false)
    .parse(argv)
}
