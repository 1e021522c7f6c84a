/** `npm run load`: loads what is pending now, whether or not the server runs. */
import { Command } from 'commander'
import { runCommand } from './command.ts'
import { loadPending } from './loading.ts'
import { waitOption } from './patience.ts'

const program = new Command('npm run load --')
  .description('Load what is pending now, into every destination. Safe at any time, also while the server runs.')
  .addOption(waitOption)
  .addHelpText('after', '\nSettings (DATA_DIR, DESTINATIONS, …) are those of npm start; see docs/configuration.md.')

await runCommand(program, (config) => loadPending(config, config.destinations, program.opts<{ wait: number }>().wait))
