/** From the rows of `answer_distribution` to what is shown of each question. */
import type { Row } from '../../schemas/spec.ts'
import { OTHER } from '../../schemas/views/identity.ts'
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
  /** null: not known. */
  readonly position: number | null
  respondents: number
  values: number
  hidden: number
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
  'answers',
  'position',
  'item_position',
] as const

export function createAnswers() {
  const questions = new Map<string, Asked>()

  return {
    add([question, item, value, n, users, respondents, share, answers, position, itemPosition]: Row): void {
      const places = [numberOrNull(position), numberOrNull(itemPosition)] as const
      const tally = tallyOf(questions, String(question), String(item), places)
      tally.respondents = Number(respondents)
      tally.values += Number(answers)
      const answer = { value: String(value), n: Number(n), share: Number(share) }
      if (!mayBeTold(answer.value, Number(users))) {
        tally.hidden += Number(answers)
        return
      }
      tally.told.values += 1
      tally.told.n += answer.n
      tally.top.push(answer)
      if (tally.top.length > MOST_KEPT) tally.top = top(tally.top)
    },
    questions(): Question[] {
      return inOrder(questions).map(([name, { items }]) => {
        return { name, items: inOrder(items).map(([item, tally]) => distribution(item, tally)) }
      })
    },
  }
}

/** By place, those without one last and by name. */
function inOrder<T extends { readonly position: number | null }>(named: ReadonlyMap<string, T>): [string, T][] {
  return [...named]
    .toSorted(by(([name]) => name))
    .toSorted(by(([, { position }]) => position ?? Number.POSITIVE_INFINITY))
}

function tallyOf(
  questions: Map<string, Asked>,
  question: string,
  item: string,
  [position, itemPosition]: readonly [number | null, number | null],
): Tally {
  const asked = questions.get(question) ?? { position, items: new Map<string, Tally>() }
  questions.set(question, asked)
  const empty = { position: itemPosition, respondents: 0, values: 0, hidden: 0, told: { values: 0, n: 0 }, top: [] }
  const tally = asked.items.get(item) ?? empty
  asked.items.set(item, tally)
  return tally
}

/** The view says so already, but where the settings say that a question identifies nobody, as a page goes to more people than a warehouse. */
const mayBeTold = (value: string, users: number) =>
  value !== OTHER && (users > 1 || SCALE.test(value) || BOOLEAN.test(value))

function distribution(item: string, { respondents, values, hidden, told, top: kept }: Tally): Distribution {
  const best = top(kept)
  const shown = isScale(best) ? best.toSorted((one, other) => Number(one.value) - Number(other.value)) : best
  const n = best.reduce((sum, answer) => sum + answer.n, 0)
  return { item, respondents, values, shown, hidden, rest: { values: told.values - best.length, n: told.n - n } }
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
