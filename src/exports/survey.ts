/** Which survey a person means. */
import type { Survey } from '../destinations/source.ts'
import { PermanentError } from '../errors.ts'
import { suggestion } from '../nearest.ts'

/**
 * By its name, its uuid or the name of its view, else by the start of one name only; in any case, but one that is spelled
 * exactly so comes first.
 * @param action what is to be done with it, for the error
 * @throws PermanentError with the nearest names when there is none, and with the views and uuids when there are several
 */
export function chooseSurvey(surveys: readonly Survey[], word: string, action: string): Survey {
  if (word.trim() === '') throw unknownSurvey(surveys, '', action)
  const called = surveys.filter(({ name, formUuid }) => [name ?? '', formUuid].some((is) => isSame(is, word)))
  const ways = [
    surveys.filter(({ view }) => isSame(view, word)),
    called.filter(({ name }) => name === word),
    called,
    surveys.filter(({ name }) => name?.toLowerCase().startsWith(word.toLowerCase())),
  ]
  const [survey, ...others] = ways.find(({ length }) => length > 0) ?? []
  if (survey === undefined) throw unknownSurvey(surveys, word, action)
  if (others.length === 0) return survey
  const several = [survey, ...others].map(inFull).join(', ')
  throw new PermanentError(`${action} ${word}: several surveys are called so; name one by its view: ${several}`)
}

/** @param word '': nothing was said */
function unknownSurvey(surveys: readonly Survey[], word: string, action: string): PermanentError {
  const what = word === '' ? action : `${action} ${word}`
  if (surveys.length === 0) {
    return new PermanentError(`${what}: there is no survey yet; they come with the first responses that are loaded`)
  }
  const called = Map.groupBy(surveys, ({ name, view }) => name || view)
  // A name that several have would not choose one.
  const named = (name: string) => {
    const its = called.get(name) ?? []
    return its.length > 1 ? its.map(inFull) : [name]
  }
  const wrong = word === '' ? "the survey's name is empty" : 'there is no such survey'
  return new PermanentError(`${what}: ${wrong}; ${suggestion(word, [...called.keys()], named)}`)
}

const inFull = ({ name, view, formUuid }: Survey) => `${view} (${name || 'no name'}, ${formUuid})`

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
