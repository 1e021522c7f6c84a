/** NPS, CSAT and CES: the score, how sure it is, what it leaves out, and its months. */
import type { Metric } from '../../schemas/views/scores.ts'
import { scoreChart } from './charts/over-time.ts'
import { figure, table } from './figure.ts'
import { type Html, html, NOTHING, told } from './html.ts'
import type { Estimate, Month, Score, ScoreQuestion } from './model.ts'
import { type Gap, withGaps } from './months.ts'
import { count, counted, period, points } from './numbers.ts'
import { noteOf, questionTitle } from './score-notes.ts'

interface Wording {
  readonly title: string
  readonly digits: 1 | 2
  /** @param scale undefined: not known */
  readonly unit: (scale: ScoreQuestion['scale'] | undefined) => string
}

const METRICS: Readonly<Record<Metric, Wording>> = {
  nps: { title: 'Net Promoter Score', digits: 1, unit: () => 'from −100 to 100' },
  csat: { title: 'Customer Satisfaction', digits: 1, unit: () => '% satisfied' },
  ces: {
    title: 'Customer Effort Score',
    digits: 2,
    unit: (scale) => (scale === undefined ? 'on average' : `on average, from ${scale.least} to ${scale.most}`),
  },
}

const FEW = 'few answers (n < 30)'

export function scoresSection(scores: readonly Score[], questions: readonly ScoreQuestion[]): Html {
  const left = questions.filter((each) => !each.isUsed && noteOf(each) !== undefined)
  if (scores.length === 0 && left.length === 0) return NOTHING
  return html`<section>
<h2>Scores</h2>
${scores.map((score) => card(score, questions.find(isAbout(score))))}
${left.length === 0 ? NOTHING : notScored(left)}
</section>`
}

const isAbout =
  ({ metric, question, item }: Score) =>
  (about: ScoreQuestion) =>
    about.metric === metric && about.question === question && about.item === item

/** What a reader may look for among the scores. */
const notScored = (left: readonly ScoreQuestion[]) => html`<div class="card">
<h3>Not scored</h3>
<ul class="quiet">${left.map((each) => html`<li>${told(questionTitle(each))}: ${told(noteOf(each) ?? '')}</li>`)}</ul>
</div>`

function card(score: Score, about: ScoreQuestion | undefined): Html {
  const { title, unit, digits } = METRICS[score.metric]
  const groups = score.groups.map(({ name, n }) => `${name} ${count(n)}`)
  const sure = [`95 % interval ${interval(score, digits)}`, `n = ${counted(score.n, 'answer')}`]
  const note = about && noteOf(about)
  const rows = withGaps(score.months).map((each) => monthRow(each, digits))
  return html`<article class="card">
<h3>${title}: ${told(questionTitle(score))}</h3>
<p><span class="figure">${points(score.score, digits)}</span> ${unit(about?.scale)}</p>
<p class="quiet">${[...sure, ...(score.few ? [FEW] : []), ...groups].join(' · ')}</p>
${note === undefined ? NOTHING : html`<p class="quiet">${told(note)}</p>`}
${score.months.some(({ month, few }) => few && month !== null) ? html`<p class="quiet">Hollow points: ${FEW} in the month.</p>` : NOTHING}
${figure({
  chart: scoreChart(score),
  alternative: `Line with 95 % interval by month: ${rows.map(([month, , figure]) => `${month} ${figure}`).join(', ')}`,
  table: table(`${title} by month of the answer`, ['Month', 'n', 'Score', '95 % interval'], rows),
})}
</article>`
}

const monthRow = (each: Month | Gap, digits: 1 | 2): string[] =>
  'month' in each
    ? [period(each.month, 'month'), count(each.n), points(each.score, digits), interval(each, digits)]
    : [gapTitle(each), '0', 'none', 'none']

function gapTitle({ from, to }: Gap): string {
  const [first, last] = [period(from, 'month'), period(to, 'month')]
  return first === last ? first : `${first} to ${last}`
}

const interval = ({ low, high }: Estimate, digits: 1 | 2): string => `${points(low, digits)} to ${points(high, digits)}`
