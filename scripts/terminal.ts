/** What commands say on a terminal. Names and texts in it are anyone's, and none may act on it: it all goes through here. */

export const say = (text: string): void => void process.stdout.write(`${printableLines(text)}\n`)
/** On standard error, beside what is asked for. */
export const note = (text: string): void => void process.stderr.write(`${printableLines(text)}\n`)

/** What would move the cursor, clear the screen, begin a new line or turn the direction of reading is shown as an escape. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (control) => {
    const escaped = JSON.stringify(control).slice(1, -1)
    return escaped === control ? `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped
  })

/** The same of a text of several lines, which it stays. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n')

/** Characters in a line of standard output; Infinity where it is no terminal, or one that does not tell. */
export const terminalWidth = (): number => process.stdout.columns || Number.POSITIVE_INFINITY
