/** How a survey went over months or days. */
import { areaY, axisX, axisY, dot, gridY, lineY, type Markish, rectY, ruleX, ruleY, text } from '@observablehq/plot'
import type { Html } from '../html.ts'
import type { Period, Score, Timeline } from '../model.ts'
import { withGaps } from '../months.ts'
import { count, points } from '../numbers.ts'
import { AXIS, COLOURS, draw, HALO } from './plot.ts'

/** The numbers stand at the left, the times below. */
const FRAME = { height: 230, marginLeft: 44, marginRight: 24, marginBottom: 40 }

/** undefined: there is no month to show. Months without answers interrupt the line. */
export function scoreChart({ metric, months }: Score): Html | undefined {
  const data = months.flatMap(({ month, ...rest }) => (month === null ? [] : { at: new Date(month), ...rest }))
  if (data.length === 0) return undefined
  const withBreaks = withGaps(months.filter(({ month }) => month !== null)).map((each) =>
    'month' in each ? { at: new Date(each.month ?? ''), ...each } : { at: new Date(each.from), ...NO_NUMBERS },
  )
  const digits = metric === 'ces' ? 2 : 1
  return draw({
    ...FRAME,
    inset: 16,
    x: { type: 'utc', label: null, ...aroundOne(data.map(({ at }) => at)) },
    y: { nice: true, label: null },
    marks: [
      gridY({ strokeOpacity: 0.12, ticks: 5 }),
      axisY({ ...AXIS, ticks: 5, tickFormat: (y: number) => points(y, 1).replace('.0', '') }),
      axisX({ ...AXIS, ticks: ticksOf(data, 'month') }),
      areaY(withBreaks, { x: 'at', y1: 'low', y2: 'high', fill: COLOURS.main, fillOpacity: 0.12 }),
      ruleX(data, { x: 'at', y1: 'low', y2: 'high', stroke: COLOURS.main, strokeOpacity: 0.35, strokeWidth: 5 }),
      lineY(withBreaks, { x: 'at', y: 'score', stroke: COLOURS.main, strokeWidth: 2 }),
      dot(data, {
        x: 'at',
        y: 'score',
        fill: ({ few }) => (few ? COLOURS.card : COLOURS.main),
        stroke: COLOURS.main,
        strokeWidth: 1.5,
        r: 3.5,
      }),
      // Of many months the numbers would run into each other; the table has them.
      ...(data.length > 8
        ? []
        : [text(data, { x: 'at', y: 'score', text: ({ score }) => points(score, digits), dy: -13, ...HALO })]),
    ],
    color: { type: 'identity' },
  })
}

/** Where a line ends, and another begins. */
const NO_NUMBERS = { score: Number.NaN, low: Number.NaN, high: Number.NaN }

const DAY = 86_400_000
const TICKS = 5

/** Of a few days or months their own: ticks in between would be hours or days. */
function ticksOf(data: readonly { at: Date }[], unit: Timeline['unit']): number | Date[] {
  const times = data.map(({ at }) => at)
  const span = (Number(times.at(-1)) - Number(times[0])) / (unit === 'day' ? DAY : 28 * DAY)
  return span < TICKS ? times : TICKS
}

/** One time alone would be a scale without a length. */
function aroundOne(times: readonly Date[]): { domain?: [Date, Date] } {
  const [only] = times
  if (only === undefined || times.some((at) => at.getTime() !== only.getTime())) return {}
  return { domain: [new Date(only.getTime() - 15 * DAY), new Date(only.getTime() + 15 * DAY)] }
}

/** undefined: there is no time to show. */
export function timelineChart({ unit, periods }: Timeline): Html | undefined {
  const data = periods.flatMap(({ start, ...counts }) => (start === null ? [] : { at: new Date(start), ...counts }))
  if (data.length === 0) return undefined
  const bars = (y: keyof Period, fill: string): Markish =>
    rectY(data, { x: 'at', interval: unit, y, fill, insetLeft: 1, insetRight: 1 })
  return draw({
    ...FRAME,
    x: { type: 'utc', label: null },
    y: { label: null },
    marks: [
      gridY({ strokeOpacity: 0.12, ticks: 5 }),
      axisY({ ...AXIS, ticks: 5, tickFormat: wholeOnly }),
      axisX({ ...AXIS, ticks: ticksOf(data, unit) }),
      bars('seen', COLOURS.light),
      bars('completed', COLOURS.main),
      ruleY([0], { strokeOpacity: 0.4 }),
    ],
  })
}

const wholeOnly = (n: number) => (Number.isInteger(n) ? count(n) : '')
