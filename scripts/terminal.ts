/** What commands say on a terminal. Names and texts in it are anyone's, and none may act on it: it all goes through here. */

export const say = (text: string): void => write(process.stdout, text)
/** On standard error, beside what is asked for. */
export const note = (text: string): void => write(process.stderr, text)

function write(stream: NodeJS.WriteStream, text: string): void {
  if (!stream.listeners('error').includes(unlessEnough)) stream.on('error', unlessEnough)
  stream.write(`${printableLines(text)}\n`)
}

/** A reader who had enough, as `head` has, is no error. */
function unlessEnough(error: Error): void {
  if (!('code' in error) || error.code !== 'EPIPE') throw error
}

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
