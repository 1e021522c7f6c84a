/** Which survey a person means. */
import type { Survey } from '../destinations/source.ts'
import { PermanentError } from '../errors.ts'
import { suggestion } from '../nearest.ts'

/**
 * By its name, its uuid or the name of its view, else by the start of one name only; in any case.
 * @param action what is to be done with it, for the error
 * @throws PermanentError with the nearest names when there is none, and with the views when there are several
 */
export function chooseSurvey(surveys: readonly Survey[], word: string, action: string): Survey {
  const views = surveys.filter(({ view }) => isSame(view, word))
  const called = surveys.filter(({ name, formUuid }) => [name ?? '', formUuid].some((is) => isSame(is, word)))
  const exact = views.length > 0 ? views : called
  const begins = surveys.filter(({ name }) => name?.toLowerCase().startsWith(word.toLowerCase()))
  const [survey, ...others] = exact.length > 0 ? exact : begins
  if (survey === undefined) throw unknownSurvey(surveys, word, action)
  if (others.length === 0) return survey
  const several = [survey, ...others].map(viewAndName).join(', ')
  throw new PermanentError(`${action} ${word}: several surveys are called so; name one by its view: ${several}`)
}

function unknownSurvey(surveys: readonly Survey[], word: string, action: string): PermanentError {
  if (surveys.length === 0) {
    return new PermanentError(
      `${action} ${word}: there is no survey yet; they come with the first responses that are loaded`,
    )
  }
  const called = Map.groupBy(surveys, ({ name, view }) => name ?? view)
  // A name that several have would not choose one.
  const named = (name: string) => {
    const its = called.get(name) ?? []
    return its.length > 1 ? its.map(viewAndName) : [name]
  }
  return new PermanentError(
    `${action} ${word}: there is no such survey; ${suggestion(word, [...called.keys()], named)}`,
  )
}

const viewAndName = ({ name, view }: Survey) => `${view} (${name ?? 'no name'})`

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
