/** What was answered, question by question. */
import { isScale } from './answers.ts'
import { distributionChart, type Scale } from './charts/bars.ts'
import { matrixChart } from './charts/matrix.ts'
import { figure, table } from './figure.ts'
import { type Html, html, NOTHING, told } from './html.ts'
import type { Answer, Distribution, Question, ScoreQuestion } from './model.ts'
import { answer, count, counted, share } from './numbers.ts'

/** So many charts a reader, and a browser, can take. */
const MOST_QUESTIONS = 200
const MOST_ITEMS = 30
/** So many columns of a matrix fit a phone. */
const MOST_COLUMNS = 11

/** @param scored what tells a question's scale */
export function questionsSection(questions: readonly Question[], scored: readonly ScoreQuestion[]): Html {
  if (questions.length === 0) return html`<p>No question has been answered yet.</p>`
  const rest = questions.length - MOST_QUESTIONS
  return html`<section>
<h2>Answers</h2>
${questions.slice(0, MOST_QUESTIONS).map((question) => card(question, scored))}
${rest > 0 ? html`<p class="quiet">${counted(rest, 'more question')}: the view answer_distribution has them.</p>` : NOTHING}
</section>`
}

function card({ name, items }: Question, scored: readonly ScoreQuestion[]): Html {
  const single: Single = (distribution) => {
    const its = scored.find(({ question, item }) => question === name && item === distribution.item)
    return answers(distribution, its?.scale)
  }
  const [first] = items
  if (first === undefined) return NOTHING
  return html`<article class="card">
<h3>${told(name)}</h3>
${items.length === 1 && first.item === '' ? single(first) : nested(items, single)}
</article>`
}

type Single = (distribution: Distribution) => Html

const answers = (
  distribution: Distribution,
  scale: Scale | undefined,
) => html`<p class="quiet">${summary(distribution)}</p>
${answersFigure(distribution, scale)}`

function nested(items: readonly Distribution[], single: Single): Html {
  const few = items.slice(0, MOST_ITEMS)
  const rest = items.length - few.length
  const values = columnsOf(few)
  return html`${
    values === undefined
      ? few.map((each) => html`<h4>${told(each.item === '' ? '(as a whole)' : each.item)}</h4>${single(each)}`)
      : matrix(few, values)
  }
${rest > 0 ? html`<p class="quiet">${counted(rest, 'more item')}: the view answer_distribution has them.</p>` : NOTHING}`
}

/** The answers that all rows share, in order; undefined if they are no matrix that fits. */
function columnsOf(items: readonly Distribution[]): string[] | undefined {
  const shown = items.flatMap((item) => item.shown)
  const values = [...new Set(shown.map(({ value }) => value))]
  const complete = items.every(({ hidden, rest }) => hidden === 0 && rest.values === 0)
  if (!complete || items.length === 1 || values.length > MOST_COLUMNS) return undefined
  return isScale(shown) ? values.toSorted((one, other) => Number(one) - Number(other)) : values
}

function matrix(items: readonly Distribution[], values: readonly string[]): Html {
  const given = ({ shown }: Distribution, value: string) => shown.find((each) => each.value === value)?.n ?? 0
  const most = (answers: readonly Answer[]) => answers.reduce((one, other) => (other.n > one.n ? other : one)).value
  return html`<p class="quiet">How often each answer was given in each row; the stronger the colour, the larger its share of the row.</p>
${figure({
  chart: matrixChart(items, values),
  alternative: `Matrix: ${items.map(({ item, shown }) => `${item} most often ${answer(most(shown))}`).join(', ')}`,
  table: table(
    'Responses with each answer',
    ['Row', 'n', ...values.map(answer)],
    items.map((each) => [each.item, count(each.respondents), ...values.map((value) => count(given(each, value)))]),
  ),
})}`
}

function answersFigure(distribution: Distribution, scale: Scale | undefined): Html {
  const { shown } = distribution
  if (shown.length === 0) return NOTHING
  return figure({
    chart: distributionChart(distribution, scale),
    alternative: `Bars: ${shown.map(({ value, n }) => `${answer(value)} ${count(n)}`).join(', ')}`,
    table: table(
      'Responses with each answer',
      ['Answer', 'n', 'Share'],
      shown.map(({ value, n, share: part }) => [answer(value), count(n), share(part)]),
    ),
  })
}

/** n, and what is not shown. */
function summary({ respondents, values, hidden, rest }: Distribution): string {
  const parts = [`n = ${counted(respondents, 'response')}, ${counted(values, 'different answer')}.`]
  if (rest.values > 0) parts.push(`Not shown: ${counted(rest.values, 'less common answer')}, given ${times(rest.n)}.`)
  if (hidden > 0) {
    parts.push(
      `Not shown: ${counted(hidden, 'answer')} of one user or few, or with an identity: these may be somebody's own words.`,
    )
  }
  return parts.join(' ')
}

const times = (n: number) => counted(n, 'time')
