/** What became of responses, and how often each answer was given. */
import { axisX, axisY, barX, barY, ruleY, text } from '@observablehq/plot'
import { isScale } from '../answers.ts'
import type { Html } from '../html.ts'
import type { Distribution, Funnel } from '../model.ts'
import { answer, count, share } from '../numbers.ts'
import { AXIS, COLOURS, draw, label, ROW } from './plot.ts'

const BAND = { type: 'band', label: null, padding: 0.25 } as const
/** Bars that lie, one below the other. */
const lying = (names: readonly string[]) => ({
  height: names.length * ROW + 10,
  marginTop: 5,
  marginBottom: 5,
  y: { ...BAND, domain: names },
})
/** So many fit the width with their counts. */
const MOST_NUMBERS = 12

export function funnelChart(funnel: Funnel): Html {
  const data = (['seen', 'started', 'completed', 'dismissed'] as const).map((step) => ({ step, n: funnel[step] }))
  return draw({
    ...lying(data.map(({ step }) => step)),
    marginLeft: 76,
    marginRight: 98,
    x: { domain: [0, funnel.seen], axis: null },
    marks: [
      axisY(AXIS),
      barX(data, {
        x: 'n',
        y: 'step',
        fill: ({ step }) => (step === 'dismissed' ? COLOURS.light : COLOURS.main),
        rx: 3,
      }),
      text(data, { x: 'n', y: 'step', text: ({ n }) => `${count(n)} · ${share(n / funnel.seen)}`, ...atTheEnd }),
    ],
    color: { type: 'identity' },
  })
}

const atTheEnd = { textAnchor: 'start', dx: 6 } as const

export interface Scale {
  readonly least: number
  readonly most: number
}

/** @param scale the whole of it, where it is known @returns undefined if no answer is shown */
export function distributionChart({ shown }: Distribution, scale?: Scale): Html | undefined {
  if (shown.length === 0) return undefined
  return isScale(shown) ? scaleChart(shown, scale) : choicesChart(shown)
}

/** A number that nobody gave leaves a gap, where there are not too many of them. */
function numbersOf(shown: Distribution['shown'], scale: Scale | undefined): string[] {
  const given = shown.map(({ value }) => Number(value))
  const [least, most] = [Math.min(...given, scale?.least ?? Infinity), Math.max(...given, scale?.most ?? -Infinity)]
  if (most - least >= MOST_NUMBERS) return shown.map(({ value }) => value)
  return Array.from({ length: most - least + 1 }, (_, at) => String(least + at))
}

function scaleChart(shown: Distribution['shown'], scale: Scale | undefined): Html {
  return draw({
    height: 210,
    marginLeft: 10,
    marginRight: 10,
    marginTop: 24,
    x: { ...BAND, domain: numbersOf(shown, scale) },
    y: { axis: null },
    marks: [
      axisX(AXIS),
      barY(shown, { x: 'value', y: 'n', fill: COLOURS.main, rx: 3 }),
      text(shown, { x: 'value', y: 'n', text: ({ n }) => count(n), dy: -9 }),
      ruleY([0], { strokeOpacity: 0.4 }),
    ],
  })
}

function choicesChart(shown: Distribution['shown']): Html {
  return draw({
    ...lying(shown.map(({ value }) => value)),
    marginLeft: 130,
    marginRight: 84,
    x: { axis: null },
    marks: [
      axisY({
        ...AXIS,
        tickFormat: (value: string) => label(answer(value)),
        lineWidth: 9.5,
        textOverflow: 'ellipsis',
      }),
      barX(shown, { x: 'n', y: 'value', fill: COLOURS.main, rx: 3 }),
      text(shown, { x: 'n', y: 'value', text: ({ n, share: part }) => `${count(n)} · ${share(part)}`, ...atTheEnd }),
    ],
  })
}
