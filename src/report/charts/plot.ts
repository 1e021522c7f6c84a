/**
 * The plotting library, drawing to SVG text without a browser. Colours are the page's: its style sheet says them, for light and dark.
 * Each chart has its numbers in a table beside it, so charts show shapes and leave out what clutters.
 */
import { type Markish, type PlotOptions, plot } from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { Html, printable } from '../html.ts'

/** In the SVG's own units. On a phone it is nearly as wide as the screen, so that its letters keep their size. */
const WIDTH = 360

export const COLOURS = { main: 'var(--chart)', light: 'var(--chart-light)', ink: 'currentColor', card: 'var(--card)' }

export const AXIS = { label: null, tickSize: 0 }
/** For numbers that stand on marks. */
export const HALO = { fill: COLOURS.ink, stroke: COLOURS.card, strokeWidth: 4 }
/** Height of a bar that lies, with the space to the next. */
export const ROW = 34

const { document } = parseHTML('<!doctype html><html></html>')

/** @param options without `document`. Texts in marks may be anything; what the chart says is said where it stands, to all readers. */
export function draw(options: PlotOptions & { readonly marks: Markish[] }): Html {
  const chart = plot({ document, width: WIDTH, className: 'plot', ...options })
  chart.setAttribute('aria-hidden', 'true')
  return new Html(chart.outerHTML)
}

/** A text of the data as a label in a chart, on one line. */
export const label = (text: string): string => printable(text).replaceAll(/\s+/g, ' ')
