/** A chart with its numbers: whoever cannot see the one reads the other. */
import { type Html, html, NOTHING, told } from './html.ts'

interface Figure {
  readonly chart: Html | undefined
  /** What is said instead of the chart. */
  readonly alternative: string
  readonly table: Html
}

export const figure = ({ chart, alternative, table }: Figure): Html => html`<figure>
${chart === undefined ? NOTHING : html`<div class="chart" role="img" aria-label="${alternative}">${chart}</div>`}
${table}
</figure>`

/** The first column says what a row is about. Long tables scroll within themselves, also by the keyboard. */
export function table(caption: string, columns: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((name) => html`<th scope="col">${told(name)}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody>
</table></div>`
}

const row = ([first = '', ...others]: readonly string[]) =>
  html`<tr><th scope="row">${told(first)}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>
`
