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

  function namesOf(form: string): Record<Scope, Names> {
    const known = forms.get(form)
    if (known !== undefined) return known
    const made: Record<Scope, Names> = { user: new Map(), account: new Map() }
    forms.set(form, made)
    return made
  }

  return {
    /** @param form of the respondent; undefined for an event of no response */
    add(scope: Scope, values: JsonObject, form: string | undefined, version: Version): void {
      note(all[scope], form === undefined ? undefined : namesOf(form)[scope], values, version)
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

/** Notes the kinds of the values, of each name once: of all users, and of those of a form the names that have a value. */
function note(all: Names, ofForm: Names | undefined, values: JsonObject, version: Version): void {
  const [isNewer, isNewerOfForm] = [newerThan(version), newerThan(version)]
  for (const name in values) {
    const value = values[name]
    const type = value === null || value === undefined ? null : typeOf(value)
    const kind = type === null ? 0 : KINDS[type]
    keep(all, name, kind, version, isNewer)
    if (ofForm !== undefined && kind !== 0) keep(ofForm, name, kind, version, isNewerOfForm)
  }
}

/** Names mostly come together, so that one comparison of versions answers for all of an event. */
function newerThan(version: Version): (than: Version) => boolean {
  let compared = version
  let newer = false
  return (than) => {
    if (than !== compared) {
      compared = than
      newer = isNewer(version, than)
    }
    return newer
  }
}

function keep(names: Names, name: string, kind: number, version: Version, isNewer: (than: Version) => boolean): void {
  const seen = names.get(name)
  if (seen === undefined) {
    names.set(name, { kinds: kind, version })
    return
  }
  if (seen.version !== version && isNewer(seen.version)) seen.version = version
  seen.kinds |= kind
}
