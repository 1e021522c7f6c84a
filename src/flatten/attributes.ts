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

export function attributeRows() {
  const all: Record<Scope, Names> = { user: new Map(), account: new Map() }
  const forms = new Map<string, Record<Scope, Names>>()
  return {
    /** @param form of the respondent; undefined for an event of no response */
    add(scope: Scope, values: JsonObject, form: string | undefined, version: Version): void {
      note(all[scope], values, version, false)
      if (form === undefined) return
      let ofForm = forms.get(form)
      if (ofForm === undefined) {
        ofForm = { user: new Map(), account: new Map() }
        forms.set(form, ofForm)
      }
      note(ofForm[scope], values, version, true)
    },
    rows() {
      const out = { attributes: outputOf(attributes), form_attributes: outputOf(formAttributes) }
      for (const scope of SCOPES) {
        for (const [name, { kinds, version }] of all[scope]) {
          out.attributes.put({ scope, name, kinds, ...originOf(version) })
        }
        for (const [formUuid, ofForm] of forms) {
          for (const [name, { kinds, version }] of ofForm[scope]) {
            out.form_attributes.put({ formUuid, scope, name, kinds, ...originOf(version) })
          }
        }
      }
      return { attributes: out.attributes.rows, form_attributes: out.form_attributes.rows }
    },
  }
}

/**
 * Notes names and the kinds of their values. Names mostly come together, so that one comparison of versions answers for all of an event.
 * @param onlySet leaves out names without a value
 */
function note(names: Names, values: JsonObject, version: Version, onlySet: boolean): void {
  let compared = version
  let newer = false
  for (const name in values) {
    const value = values[name]
    const type = value === null || value === undefined ? null : typeOf(value)
    if (onlySet && type === null) continue
    let seen = names.get(name)
    if (seen === undefined) {
      seen = { kinds: 0, version }
      names.set(name, seen)
    } else if (seen.version !== compared) {
      compared = seen.version
      newer = isNewer(version, compared)
    }
    if (newer) seen.version = version
    if (type !== null) seen.kinds |= KINDS[type]
  }
}
