/** Attributes by name and by the kinds of their values, out of every event of a batch: of all users, and of each form's respondents. */
import { KINDS } from '../../schemas/catalog-records.ts'
import type { JsonObject } from '../../schemas/records.ts'
import { attributes, formAttributes } from '../../schemas/tables/catalog.ts'
import { originOf } from './children.ts'
import { outputOf } from './output.ts'
import { typeOf } from './value.ts'
import { isNewer, type Version } from './version.ts'

type Scope = 'user' | 'account'

interface Seen {
  readonly name: string
  kinds: number
  /** The newest event that has a value. */
  filled: Version | undefined
  /** The newest event that has none. */
  empty: Version | undefined
}

interface Names {
  readonly byName: Map<string, Seen>
  /** Those of the event before, as it lists them: the next one mostly lists the same. */
  readonly order: Seen[]
}

const SCOPES: readonly Scope[] = ['user', 'account']

const noNames = (): Names => ({ byName: new Map(), order: [] })
const noScopes = (): Record<Scope, Names> => ({ user: noNames(), account: noNames() })

export function attributeRows() {
  /** undefined for events of no response. */
  const forms = new Map<string | undefined, Record<Scope, Names>>()
  return {
    /** @param form of the respondent; undefined for an event of no response */
    add(scope: Scope, values: JsonObject, form: string | undefined, version: Version): void {
      let scopes = forms.get(form)
      if (scopes === undefined) {
        scopes = noScopes()
        forms.set(form, scopes)
      }
      note(scopes[scope], values, version)
    },
    rows() {
      const out = { attributes: outputOf(attributes), form_attributes: outputOf(formAttributes) }
      for (const scope of SCOPES) {
        const all = new Map<string, { kinds: number; version: Version }>()
        for (const [formUuid, { [scope]: names }] of forms) {
          for (const { name, kinds, filled, empty } of names.byName.values()) {
            if (filled !== undefined) keep(all, name, kinds, filled)
            if (empty !== undefined) keep(all, name, 0, empty)
            if (filled === undefined || formUuid === undefined) continue
            out.form_attributes.put({ formUuid, scope, name, kinds, ...originOf(filled) })
          }
        }
        for (const [name, { kinds, version }] of all) {
          out.attributes.put({ scope, name, kinds, ...originOf(version) })
        }
      }
      return { attributes: out.attributes.rows, form_attributes: out.form_attributes.rows }
    },
  }
}

/** Notes the kind of each value under its name. Names that were last seen in one event are compared once with it. */
function note(names: Names, values: JsonObject, version: Version): void {
  let compared: Version | undefined
  let newer = true
  let position = 0
  for (const name in values) {
    const seen = seenAt(names, position++, name)
    const type = typeOf(values[name] ?? null)
    const kept = type === null ? seen.empty : seen.filled
    if (kept !== compared) {
      compared = kept
      newer = kept === undefined || isNewer(version, kept)
    }
    if (type !== null) seen.kinds |= KINDS[type]
    if (!newer) continue
    if (type === null) seen.empty = version
    else seen.filled = version
  }
}

function seenAt({ byName, order }: Names, position: number, name: string): Seen {
  const expected = order[position]
  if (expected?.name === name) return expected
  let seen = byName.get(name)
  if (seen === undefined) {
    seen = { name, kinds: 0, filled: undefined, empty: undefined }
    byName.set(name, seen)
  }
  order[position] = seen
  return seen
}

function keep(
  all: Map<string, { kinds: number; version: Version }>,
  name: string,
  kinds: number,
  version: Version,
): void {
  const seen = all.get(name)
  if (seen === undefined) {
    all.set(name, { kinds, version })
    return
  }
  seen.kinds |= kinds
  if (isNewer(version, seen.version)) seen.version = version
}
