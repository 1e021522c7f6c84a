/** NPS, CSAT and CES: the score, how sure it is, and its months. */
import type { Metric } from '../../schemas/views/scores.ts'
import { scoreChart } from './charts/over-time.ts'
import { figure, table } from './figure.ts'
import { type Html, html, NOTHING, told } from './html.ts'
import type { Estimate, Score } from './model.ts'
import { count, counted, period, points } from './numbers.ts'

const METRICS: Readonly<Record<Metric, { readonly title: string; readonly unit: string; readonly digits: 1 | 2 }>> = {
  nps: { title: 'Net Promoter Score', unit: 'from −100 to 100', digits: 1 },
  csat: { title: 'Customer Satisfaction', unit: '% satisfied', digits: 1 },
  ces: { title: 'Customer Effort Score', unit: 'from 1, hard, to 7, easy', digits: 2 },
}

export function scoresSection(scores: readonly Score[]): Html {
  if (scores.length === 0) return NOTHING
  return html`<section>
<h2>Scores</h2>
${scores.map(card)}
</section>`
}

function card(score: Score): Html {
  const { title, unit, digits } = METRICS[score.metric]
  const groups = score.groups.map(({ name, n }) => `${name} ${count(n)}`).join(' · ')
  return html`<article class="card">
<h3>${title}: ${told(questionTitle(score))}</h3>
<p><span class="figure">${points(score.score, digits)}</span> ${unit}</p>
<p class="quiet">${intervalText(score, digits)} · n = ${counted(score.n, 'answer')} · ${groups}</p>
${figure({
  chart: scoreChart(score),
  alternative: `Line with 95 % interval by month: ${score.months.map((each) => `${period(each.month, 'month')} ${points(each.score, digits)}`).join(', ')}`,
  table: table(
    `${title} by month of the answer`,
    ['Month', 'n', 'Score', '95 % interval'],
    score.months.map((each) => [
      period(each.month, 'month'),
      count(each.n),
      points(each.score, digits),
      interval(each, digits) ?? 'none',
    ]),
  ),
})}
</article>`
}

export const questionTitle = ({ question, item }: { question: string; item: string }): string =>
  item === '' ? question : `${question} › ${item}`

function intervalText(estimate: Estimate, digits: 1 | 2): string {
  const text = interval(estimate, digits)
  if (text !== undefined) return `95 % interval ${text}`
  return estimate.n === 1 ? 'one answer has no interval' : 'answers that are all alike have no interval'
}

function interval({ low, high }: Estimate, digits: 1 | 2): string | undefined {
  return low === null || high === null ? undefined : `${points(low, digits)} to ${points(high, digits)}`
}
