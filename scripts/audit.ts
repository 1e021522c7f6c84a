/** `npm run audit`: fails where what is installed has advisories of severity high or more. Needs the registry, and passes without it. */
import { spawnSync } from 'node:child_process'
import { verdictOf } from './advisories.ts'
import { say } from './terminal.ts'

/** Milliseconds, for a registry that does not answer. */
const PATIENCE = 120_000

const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', timeout: PATIENCE, maxBuffer: 2 ** 26 })
const { ok, said } = verdictOf(stdout ?? '')
say(said)
if (!ok) process.exitCode = 1
