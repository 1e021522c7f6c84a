/** How a command starts and ends: arguments, settings, one line for an error, the exit code. */
import type { Command } from 'commander'
import { type Config, loadConfig } from '../src/config.ts'
import { TransientError, withoutPromise, wordsOf } from '../src/errors.ts'
import { note } from './terminal.ts'

/** What stopped it may pass by itself, and it may be run again (sysexits.h). */
const EX_TEMPFAIL = 75

/** @param action returns false for an end that is not a success, after having said why */
export async function runCommand(program: Command, action: (config: Config) => Promise<boolean>): Promise<void> {
  try {
    refuseTakenByNpm(program)
    parse(program)
    const config = loadConfig({ env: process.env, cwd: process.cwd() })
    if (!(await action(config))) process.exitCode = 1
  } catch (error) {
    note(withoutPromise(wordsOf(error)))
    process.exitCode = error instanceof TransientError ? EX_TEMPFAIL : 1
  }
}

function parse(program: Command): void {
  const hint = `Put what has spaces into quotes, and options after --; ${program.name()} --help tells more.\n`
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      outputError: (text, write) => write(text.includes('too many arguments') ? text + hint : text),
    })
  }
  program.parse()
}

/** npm 11 takes these for the start of an option of its own, which its settings may have as well. */
const LENGTHENED: ReadonlyMap<string, string> = new Map([
  ['--view', 'viewer'],
  ['--to', 'token_description'],
])

/** Without `--` before them npm keeps options: they are in the environment then, and the command would do something else. */
function refuseTakenByNpm(program: Command): void {
  const given = process.argv.slice(2)
  const has = (name: string | undefined) => name !== undefined && process.env[`npm_config_${name}`] !== undefined
  const taken = program.options.filter(({ long }) => {
    if (!long || given.some((arg) => arg === long || arg.startsWith(`${long}=`))) return false
    return has(long.slice(2)) || (given.length === 0 && has(LENGTHENED.get(long)))
  })
  if (taken.length === 0) return
  const names = taken.map(({ long }) => long).join(', ')
  const right = taken.map(({ long, required }) => (required ? `${long} …` : long)).join(' ')
  throw new Error(`npm took ${names} for itself: options go after --, as in ${program.name()} ${right}`)
}
