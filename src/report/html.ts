/** HTML that texts cannot break out of: whatever is put into it is escaped, unless it is HTML itself. */

export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

type Content = string | number | Html | readonly Html[]

/** A template. Attribute values in it stand in double quotes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(parts.map((part, at) => part + (at < contents.length ? markupOf(contents[at] ?? '') : '')).join(''))
}

/** Nothing, in a place where there may be something. */
export const NOTHING = new Html('')

/** A text of the data, which may be written in another direction than what stands around it. */
export const told = (text: string): Html => html`<bdi>${text}</bdi>`

function markupOf(content: Content): string {
  if (content instanceof Html) return content.markup
  return typeof content === 'object' ? content.map(({ markup }) => markup).join('') : escaped(String(content))
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string) => printable(text).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '')

/** What no HTML or SVG can hold becomes U+FFFD: control characters, and halves of surrogate pairs. */
export function printable(text: string): string {
  return text.toWellFormed().replaceAll(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, '\ufffd')
}
