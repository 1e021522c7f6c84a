/** Questions with rows, each answered in the same words or numbers. */
import { axisX, axisY, cell, text } from '@observablehq/plot'
import type { Html } from '../html.ts'
import type { Distribution } from '../model.ts'
import { answer, count } from '../numbers.ts'
import { AXIS, COLOURS, draw, HALO, label, ROW } from './plot.ts'

/** Rows of a matrix: the darker a cell, the larger the share of the row. @param values in order */
export function matrixChart(items: readonly Distribution[], values: readonly string[]): Html {
  const data = items.flatMap(({ item, shown }) => shown.map((answer) => ({ item, ...answer })))
  return draw({
    height: items.length * ROW + 30,
    marginLeft: 96,
    marginRight: 4,
    marginTop: 26,
    marginBottom: 4,
    x: { type: 'band', label: null, domain: values, padding: 0.04 },
    y: { type: 'band', label: null, domain: items.map(({ item }) => item), padding: 0.08 },
    opacity: { type: 'linear', domain: [0, 1], range: [0.06, 0.85] },
    marks: [
      axisX({
        ...AXIS,
        anchor: 'top',
        tickFormat: (value: string) => label(answer(value)),
        lineWidth: 5,
        textOverflow: 'ellipsis',
      }),
      axisY({ ...AXIS, tickFormat: (item: string) => label(item), lineWidth: 7.2, textOverflow: 'ellipsis' }),
      cell(data, { x: 'value', y: 'item', fill: COLOURS.main, fillOpacity: 'share', rx: 3 }),
      text(data, { x: 'value', y: 'item', text: ({ n }) => count(n), ...HALO }),
    ],
  })
}
