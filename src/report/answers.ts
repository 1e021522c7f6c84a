/** From the rows of `answer_distribution` to what is shown of each question. */
import type { Row } from '../../schemas/spec.ts'
import type { Answer, Distribution, Question } from './model.ts'
import { numberOrNull } from './numbers.ts'

/** So many answers to a question can be read at a glance, those of a scale of 0 to 10 among them. */
const MOST_SHOWN = 12
/** While rows come in, so many candidates are kept, so that a million texts take no memory. */
const MOST_KEPT = 10 * MOST_SHOWN

/** What is no one's own words however rarely it was given: a number of a scale, or yes or no. */
const SCALE = /^(0|-?[1-9]\d?)$/
const BOOLEAN = /^(true|false)$/

interface Asked {
  /** null: not known. */
  readonly position: number | null
  readonly items: Map<string, Tally>
}

interface Tally {
  respondents: number
  values: number
  once: number
  told: { values: number; n: number }
  top: Answer[]
}

/** Columns as in `DISTRIBUTION_COLUMNS`. */
export const DISTRIBUTION_COLUMNS = [
  'question',
  'item',
  'value',
  'n',
  'users',
  'respondents',
  'share',
  'position',
] as const

export function createAnswers() {
  const questions = new Map<string, Asked>()

  return {
    add([question, item, value, n, users, respondents, share, position]: Row): void {
      const tally = tallyOf(questions, String(question), String(item), numberOrNull(position))
      tally.respondents = Number(respondents)
      tally.values += 1
      const answer = { value: String(value), n: Number(n), share: Number(share) }
      if (!mayBeTold(answer.value, Number(users))) {
        tally.once += 1
        return
      }
      tally.told.values += 1
      tally.told.n += answer.n
      tally.top.push(answer)
      if (tally.top.length > MOST_KEPT) tally.top = top(tally.top)
    },
    questions(): Question[] {
      const all = [...questions].map(([name, { position, items }]) => ({
        name,
        position: position ?? Number.POSITIVE_INFINITY,
        items: [...items].map(([item, tally]) => distribution(item, tally)).toSorted(by(({ item }) => item)),
      }))
      const inOrder = all.toSorted(by(({ name }) => name)).toSorted(by(({ position }) => position))
      return inOrder.map(({ name, items }) => ({ name, items }))
    },
  }
}

function tallyOf(questions: Map<string, Asked>, question: string, item: string, position: number | null): Tally {
  const asked = questions.get(question) ?? { position, items: new Map<string, Tally>() }
  questions.set(question, asked)
  const tally = asked.items.get(item) ?? { respondents: 0, values: 0, once: 0, told: { values: 0, n: 0 }, top: [] }
  asked.items.set(item, tally)
  return tally
}

/** Of someone who was asked again and again, one user's words may stand in many responses. */
const mayBeTold = (value: string, users: number) => users > 1 || SCALE.test(value) || BOOLEAN.test(value)

function distribution(item: string, { respondents, values, once, told, top: kept }: Tally): Distribution {
  const best = top(kept)
  const shown = isScale(best) ? best.toSorted((one, other) => Number(one.value) - Number(other.value)) : best
  const n = best.reduce((sum, answer) => sum + answer.n, 0)
  return { item, respondents, values, shown, once, rest: { values: told.values - best.length, n: told.n - n } }
}

const top = (answers: readonly Answer[]) =>
  answers
    .toSorted(by(({ value }) => value))
    .toSorted((one, other) => other.n - one.n)
    .slice(0, MOST_SHOWN)

/** Whether these are numbers of a scale, which have an order of their own. */
export const isScale = (answers: readonly Answer[]): boolean =>
  answers.length > 0 && answers.every(({ value }) => SCALE.test(value))

function by<T>(key: (value: T) => string | number): (one: T, other: T) => number {
  return (one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0)
}
