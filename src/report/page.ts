/** The report as one HTML page that needs nothing else: no script, no network, no file beside it. */

import { clockTime } from '../time-zone.ts'
import { funnelChart } from './charts/bars.ts'
import { timelineChart } from './charts/over-time.ts'
import { figure, table } from './figure.ts'
import { Html, html, NOTHING, told } from './html.ts'
import type { Counts, Funnel, Report, Timeline } from './model.ts'
import { count, counted, duration, period, share } from './numbers.ts'
import { questionsSection } from './questions.ts'
import { scoresSection } from './score-cards.ts'
import { STYLE } from './style.ts'

/** Should a text ever break out, it still can load and run nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

interface Edition {
  /** When the numbers were read. */
  readonly now: Date
  /** That of the days and months of the views. */
  readonly timeZone: string
}

export function reportPage(report: Report, { now, timeZone }: Edition): string {
  const title = report.survey.name ?? report.survey.formUuid
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="refiner-warehouse">
<title>${title} · Survey report</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>${told(title)}</h1>
<p class="quiet">Survey report${shownFromTo(report.timeline)}, as of ${clockTime(now.toISOString(), timeZone).slice(0, 16).replace('T', ' ')} ${timeZone}</p>
</header>
${report.funnel === undefined ? html`<p>Nobody has been shown this survey yet, so there is nothing to report.</p>` : body(report, report.funnel)}
<footer class="quiet">
<p>Survey ${told(report.survey.formUuid)}. The numbers are those of the warehouse's views of this survey. Days, months and times are those of the time zone ${timeZone}.
Each response counts once, in its newest state.</p>
</footer>
</main>
</body>
</html>
`
  return page.markup
}

const body = ({ timeline, scores, scoreQuestions, questions }: Report, funnel: Funnel) => html`${tiles(funnel)}
${scoresSection(scores, scoreQuestions)}
<section>
<h2>Responses</h2>
${funnelCard(funnel)}
${timelineCard(timeline)}
</section>
${questionsSection(
  questions,
  scoreQuestions.filter(({ isUsed }) => isUsed),
)}`

function shownFromTo({ periods, unit }: Timeline): string {
  const times = periods.flatMap(({ start }) => start ?? [])
  const [first, last] = [times[0], times.at(-1)]
  if (first === undefined || last === undefined) return ''
  return first === last ? ` of ${period(first, unit)}` : ` of ${period(first, unit)} to ${period(last, unit)}`
}

const STEPS: readonly (keyof Counts)[] = ['seen', 'started', 'completed', 'dismissed']
const STEP_TITLES = { seen: 'Seen', started: 'Started', completed: 'Completed', dismissed: 'Dismissed' }

function tiles(funnel: Funnel): Html {
  const tile = (title: string, figure: string, note: string) =>
    html`<div class="tile"><dt>${title}</dt><dd class="figure">${figure}</dd><dd class="quiet">${note}</dd></div>`
  const unit = funnel.seen === 1 ? 'response' : 'responses'
  return html`<dl class="tiles">${STEPS.map((step) =>
    tile(
      STEP_TITLES[step],
      count(funnel[step]),
      step === 'seen' ? unit : `${share(funnel[step] / funnel.seen)} of those seen`,
    ),
  )}${funnel.medianSeconds === null ? NOTHING : tile('Time to complete', duration(funnel.medianSeconds), 'median')}</dl>`
}

function funnelCard(funnel: Funnel): Html {
  return html`<article class="card">
<h3>From seen to completed</h3>
<p class="quiet">n = ${counted(funnel.seen, 'response')}. Started: at least one answer. Dismissed: and not completed.</p>
${figure({
  chart: funnelChart(funnel),
  alternative: `Bars: ${STEPS.map((step) => `${step} ${count(funnel[step])}`).join(', ')}`,
  table: table(
    'Responses by what became of them',
    ['Step', 'n', 'Of those seen'],
    STEPS.map((step) => [STEP_TITLES[step], count(funnel[step]), share(funnel[step] / funnel.seen)]),
  ),
})}
</article>`
}

function timelineCard(timeline: Timeline): Html {
  const { unit, periods } = timeline
  const seen = periods.reduce((sum, each) => sum + each.seen, 0)
  return html`<article class="card">
<h3>By ${unit} of the first showing</h3>
<p class="quiet">n = ${counted(seen, 'response')}. <span class="key light"></span> seen, <span class="key"></span> completed.</p>
${figure({
  chart: timelineChart(timeline),
  alternative: `Bars by ${unit}: ${counted(periods.length, unit)}, ${counted(seen, 'response')} seen`,
  table: table(
    `Responses by ${unit}`,
    [unit === 'day' ? 'Day' : 'Month', ...STEPS.map((step) => STEP_TITLES[step])],
    periods.map((each) => [period(each.start, unit), ...STEPS.map((step) => count(each[step]))]),
  ),
})}
</article>`
}
