/** Reads a source file's imports and checks them against rules: who may import whom, and which package lives where. */
import { posix } from 'node:path'

export interface Source {
  /** From the root of the project, with `/`. */
  readonly path: string
  readonly text: string
}

export interface Rule {
  /** Paths that the rule is for: a file, or a folder with a `/` at the end. The first rule that fits a file is its rule. */
  readonly of: readonly string[]
  /** What these may import besides packages: files or folders; after `type `, only their types. */
  readonly may: readonly string[]
  /** Whether they may use Node's own modules; true unless said. */
  readonly node?: boolean
}

/** Where each package may be imported, as in a rule. */
export type Homes = Readonly<Record<string, readonly string[]>>

interface Import {
  readonly target: string
  readonly typeOnly: boolean
}

const STATIC = /^(?:import|export)\s+(?:(type\s)?([^'"`;]*?)\s*from\s+)?['"]([^'"]+)['"]/gm
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm

export function importsOf({ path, text }: Source): Import[] {
  const code = text.replaceAll(COMMENT, '')
  const place = (target: string) => (target.startsWith('.') ? posix.join(posix.dirname(path), target) : target)
  const found: Import[] = []
  for (const [, type, names = '', target = ''] of code.matchAll(STATIC)) {
    found.push({ target: place(target), typeOnly: type !== undefined || onlyTypes(names) })
  }
  for (const [, target = ''] of code.matchAll(DYNAMIC)) found.push({ target: place(target), typeOnly: false })
  return found
}

/** `{ type A, type B }` */
function onlyTypes(names: string): boolean {
  const [, list] = /^\{([^}]*)\}$/.exec(names.trim()) ?? []
  const each = list?.split(',').flatMap((name) => name.trim() || []) ?? []
  return each.length > 0 && each.every((name) => name.startsWith('type '))
}

const within = (path: string, places: readonly string[]) =>
  places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)))

/** One sentence for each import that breaks a rule, or that no rule or home covers. */
export function violations(sources: readonly Source[], rules: readonly Rule[], homes: Homes): string[] {
  return sources.flatMap((source) => {
    const rule = rules.find(({ of }) => within(source.path, of))
    if (rule === undefined) return [`${source.path} stands under no rule`]
    return importsOf(source).flatMap((each) => complaint(source.path, each, rule, homes) ?? [])
  })
}

function complaint(path: string, { target, typeOnly }: Import, rule: Rule, homes: Homes): string | undefined {
  if (target.endsWith('.ts')) {
    const types = rule.may.flatMap((place) => (place.startsWith('type ') ? place.slice(5) : []))
    if (within(target, rule.may) || (typeOnly && within(target, types))) return undefined
    return `${path} may not import ${target}${within(target, types) ? ' but for its types' : ''}`
  }
  const name = packageOf(target)
  const home = homes[name]
  if (home !== undefined) return within(path, home) ? undefined : `${path} is not the home of ${name}`
  if (!name.startsWith('node:')) return `${path} imports ${name}, which has no home`
  return rule.node === false ? `${path} may not use ${name}` : undefined
}

/** `node:fs/promises` is `node:fs`, `@scope/name/part` is `@scope/name`. */
export const packageOf = (target: string) => target.split('/', target.startsWith('@') ? 2 : 1).join('/')
