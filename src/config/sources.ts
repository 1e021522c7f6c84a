/** Where settings come from, strongest first: the environment, `.env`, the config file, the defaults. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { reasonOf } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { findJsonError } from '../receiver/json-error.ts'
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
  } catch {
    mistakes.push(`${CONFIG_FILE} is no JSON: ${placeOf(text)}`)
  }
  return {}
}

/** Where and why it is none. Nothing of the text is in it, as that may be a secret. */
function placeOf(text: string): string {
  const error = findJsonError(text)
  if (error === undefined) return 'it cannot be read; write it anew'
  return `line ${error.line}, column ${error.column}: ${error.problem}`
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
