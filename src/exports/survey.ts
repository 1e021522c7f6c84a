/** Which survey a person means. */
import type { FormerName, Source, Survey } from '../destinations/source.ts'
import { PermanentError } from '../errors.ts'
import { nearestFew, suggestion } from '../nearest.ts'

export interface FoundSurvey {
  readonly survey: Survey
  /** For people, where the survey was named as it was called once, or as another one was. */
  readonly note?: string
}

/** A survey by a name that it has or had. */
interface Called extends Pick<FormerName, 'name'> {
  readonly survey: Survey
  /** Of a former name; undefined: the survey is called so now. */
  readonly lastOn?: string | null
}

/**
 * By its name, its uuid or the name of its view; else by a name that it had once; else by the start of a name, and at last of one that
 * it had. In any case, but one that is spelled exactly so comes first. Former names are not read for a uuid and the name of a view, which
 * mean one survey for ever.
 * @param action what is to be done with it, for the error
 * @throws PermanentError with the nearest names when there is none, and with the views and uuids when there are several
 */
export async function findSurvey(
  source: Pick<Source, 'surveys' | 'formerNames'>,
  word: string,
  action: string,
  signal: AbortSignal,
): Promise<FoundSurvey> {
  const surveys = await source.surveys(signal)
  const what = `${action} ${word}`
  if (word.trim() === '') throw unknownSurvey(surveys, [], '', action)
  if (surveys.length === 0) throw unknownSurvey(surveys, [], word, what)
  const byKey = surveys.flatMap((survey) => [survey.view, survey.formUuid].map((name): Called => ({ survey, name })))
  const key = byKey.filter(isCalled(word))
  if (key.length > 0) return onlyOne(key, what)
  const now = surveys.map((survey): Called => ({ survey, name: survey.name ?? '' }))
  const current = firstOf([now.filter(isSpelled(word)), now.filter(isCalled(word))])
  const found = current.length > 0 ? onlyOne(current, what) : undefined
  const once = formerly(surveys, await source.formerNames(signal))
  if (found !== undefined) return withOthers(found, once.filter(isCalled(word)))
  const others = firstOf([
    once.filter(isSpelled(word)),
    once.filter(isCalled(word)),
    now.filter(begins(word)),
    once.filter(begins(word)),
  ])
  if (others.length === 0) throw unknownSurvey(surveys, once, word, what)
  return onlyOne(others, what)
}

type Test = (called: { readonly name: string }) => boolean

const lower = (text: string) => text.toLowerCase()
const isSpelled =
  (word: string): Test =>
  ({ name }) =>
    name === word
const isCalled =
  (word: string): Test =>
  ({ name }) =>
    lower(name) === lower(word)
const begins =
  (word: string): Test =>
  ({ name }) =>
    lower(name).startsWith(lower(word))

const firstOf = (ways: readonly (readonly Called[])[]) => ways.find(({ length }) => length > 0) ?? []

/** The newest first. */
function formerly(surveys: readonly Survey[], names: readonly FormerName[]): Called[] {
  const byUuid = new Map(surveys.map((survey) => [survey.formUuid, survey]))
  return names
    .toSorted((one, other) => ((one.lastOn ?? '') > (other.lastOn ?? '') ? -1 : 1))
    .flatMap(({ formUuid, name, lastOn }) => {
      const survey = byUuid.get(formUuid)
      return survey === undefined ? [] : [{ survey, name, lastOn }]
    })
}

/** @throws PermanentError if several surveys are called so */
function onlyOne(found: readonly Called[], what: string): FoundSurvey {
  const surveys = [...new Set(found.map(({ survey }) => survey))]
  const [called] = found
  if (called === undefined || surveys.length > 1) {
    const verb = called?.lastOn === undefined ? 'are' : 'were'
    const several = surveys.map(inFull).join(', ')
    throw new PermanentError(`${what}: several surveys ${verb} called so; name one by its view: ${several}`)
  }
  const { survey, name, lastOn } = called
  if (lastOn === undefined) return { survey }
  const since = lastOn === null ? '' : ` (its former name last came on ${lastOn})`
  return {
    survey,
    note: `${JSON.stringify(name)} is called ${JSON.stringify(survey.name || survey.view)} now${since}; its view is ${survey.view}`,
  }
}

/** A name that another survey had before: whoever has it written down may mean that one. */
function withOthers({ survey }: FoundSurvey, once: readonly Called[]): FoundSurvey {
  const others = once.filter((called) => called.survey !== survey)
  const [{ name } = { name: '' }] = others
  if (others.length === 0) return { survey }
  const had = others.map(({ survey: other, lastOn }) => {
    const until = typeof lastOn === 'string' ? `, last on ${lastOn}` : ''
    return `${other.view} (${JSON.stringify(other.name || other.view)} now${until})`
  })
  const were = others.length === 1 ? 'was' : 'were'
  return {
    survey,
    note: `${JSON.stringify(name)} is ${survey.view} now; ${had.join(', ')} ${were} called so before: name a survey by its view to mean one for ever`,
  }
}

/** @param word '': nothing was said */
function unknownSurvey(
  surveys: readonly Survey[],
  once: readonly Called[],
  word: string,
  what: string,
): PermanentError {
  if (surveys.length === 0) {
    return new PermanentError(`${what}: there is no survey yet; they come with the first responses that are loaded`)
  }
  const called = Map.groupBy(surveys, ({ name, view }) => name || view)
  const formerNames = Map.groupBy(once, ({ name }) => name)
  // A name that several have would not choose one.
  const named = (name: string) => {
    const its = called.get(name) ?? []
    if (its.length > 1) return its.map(inFull)
    if (its.length === 1) return [name]
    const [former] = formerNames.get(name) ?? []
    return former === undefined ? [] : [`${former.survey.name || former.survey.view} (formerly ${name})`]
  }
  const near = word === '' ? [] : nearestFew(word, [...formerNames.keys()], 1)
  const wrong = word === '' ? "the survey's name is empty" : 'there is no such survey'
  return new PermanentError(`${what}: ${wrong}; ${suggestion(word, [...called.keys(), ...near], named)}`)
}

const inFull = ({ name, view, formUuid }: Survey) => `${view} (${name || 'no name'}, ${formUuid})`
