/** How a command starts and ends: arguments, settings, one line for an error, the exit code. */
import type { Command } from 'commander'
import { type Config, loadConfig } from '../src/config.ts'
import { reasonOf } from '../src/errors.ts'
import { note } from './terminal.ts'

/** @param action returns false for an end that is not a success, after having said why */
export async function runCommand(program: Command, action: (config: Config) => Promise<boolean>): Promise<void> {
  program.parse()
  try {
    const config = loadConfig({ env: process.env, cwd: process.cwd() })
    if (!(await action(config))) process.exitCode = 1
  } catch (error) {
    note(reasonOf(error))
    process.exitCode = 1
  }
}
