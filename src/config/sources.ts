/** Where settings come from, strongest first: the environment, `.env`, the config file, the defaults. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { reasonOf } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { settings } from './schema.ts'

export const CONFIG_FILE = 'refiner-warehouse.config.json'

/** A value as it was given, not yet checked. */
export interface Given {
  readonly value: unknown
  readonly from: 'the environment' | '.env' | typeof CONFIG_FILE | 'the default'
}

/** A variable set to nothing (`PORT=`) counts as not set. Mistakes in the files themselves are added to `mistakes`. */
export function gatherSettings(env: NodeJS.ProcessEnv, cwd: string, mistakes: string[]): Map<string, Given> {
  const dotEnv = readDotEnv(cwd, mistakes)
  const file = readConfigFile(cwd, mistakes)
  const given = new Map<string, Given>()
  for (const { name, default: value } of settings) {
    if (env[name]) given.set(name, { value: env[name], from: 'the environment' })
    else if (dotEnv[name]) given.set(name, { value: dotEnv[name], from: '.env' })
    else if (file.has(name)) given.set(name, { value: file.get(name), from: CONFIG_FILE })
    else if (value !== undefined) given.set(name, { value, from: 'the default' })
  }
  return given
}

function readDotEnv(cwd: string, mistakes: string[]): NodeJS.Dict<string> {
  return parseEnv(readIfThere(join(cwd, '.env'), mistakes) ?? '')
}

function readConfigFile(cwd: string, mistakes: string[]): Map<string, unknown> {
  const text = readIfThere(join(cwd, CONFIG_FILE), mistakes)
  if (text === undefined) return new Map()
  const entries = new Map(Object.entries(parseObject(text, mistakes)))
  const names = settings.map(({ name }) => name)
  for (const key of entries.keys()) {
    if (names.includes(key)) continue
    const close = nearest(key, names)
    const hint = close === undefined ? `there are: ${names.join(', ')}` : `did you mean ${close}?`
    mistakes.push(`${key} in ${CONFIG_FILE} is no setting; ${hint}`)
  }
  return entries
}

function parseObject(text: string, mistakes: string[]): object {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
    mistakes.push(`${CONFIG_FILE} holds no JSON object; write { "PORT": 8080 }`)
  } catch (error) {
    // The engine's message may quote the file, and with it a secret: only the place is taken from it.
    const place = /line \d+ column \d+/.exec(reasonOf(error))?.[0] ?? 'some place'
    mistakes.push(
      `${CONFIG_FILE} is no JSON: mistake at ${place}; note that JSON has no comments and no trailing commas`,
    )
  }
  return {}
}

function readIfThere(path: string, mistakes: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    mistakes.push(`read ${path}: ${reasonOf(error)}; make it readable or remove it`)
    return undefined
  }
}
