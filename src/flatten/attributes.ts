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
  kinds: number
  version: Version
}

type Names = Map<string, Seen>

const SCOPES: readonly Scope[] = ['user', 'account']

const scopes = (): Record<Scope, Names> => ({ user: new Map(), account: new Map() })

export function attributeRows() {
  /** Those of no form, and those without a value, which no form gets. */
  const others = scopes()
  const forms = new Map<string, Record<Scope, Names>>()

  function ofForm(form: string): Record<Scope, Names> {
    const known = forms.get(form)
    if (known !== undefined) return known
    const made = scopes()
    forms.set(form, made)
    return made
  }

  return {
    /** @param form of the respondent; undefined for an event of no response */
    add(scope: Scope, values: JsonObject, form: string | undefined, version: Version): void {
      const other = others[scope]
      note(form === undefined ? other : ofForm(form)[scope], other, values, version)
    },
    rows() {
      const out = { attributes: outputOf(attributes), form_attributes: outputOf(formAttributes) }
      for (const scope of SCOPES) {
        const all = others[scope]
        for (const [formUuid, { [scope]: names }] of forms) {
          for (const [name, { kinds, version }] of names) {
            out.form_attributes.put({ formUuid, scope, name, kinds, ...originOf(version) })
            keep(all, name, kinds, version)
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

/** Notes the kind of each value under its name. @param without takes the names that have no value */
function note(names: Names, without: Names, values: JsonObject, version: Version): void {
  for (const name in values) {
    const type = typeOf(values[name] ?? null)
    if (type === null) keep(without, name, 0, version)
    else keep(names, name, KINDS[type], version)
  }
}

function keep(names: Names, name: string, kinds: number, version: Version): void {
  const seen = names.get(name)
  if (seen === undefined) {
    names.set(name, { kinds, version })
    return
  }
  seen.kinds |= kinds
  if (seen.version !== version && isNewer(version, seen.version)) seen.version = version
}
