/** What scores leave out, in words: on the page beside each score, and for whoever asks for it. */
import type { Report, ScoreQuestion } from './model.ts'
import { count, counted } from './numbers.ts'

/** undefined: all is in order, as with a question that is no score but for its name, such as `nps_reason`. */
export function noteOf({ answers, counted: n, isUsed, note }: ScoreQuestion): string | undefined {
  const left =
    isUsed && n < answers ? `${count(n)} of ${counted(answers, 'answer')} ${n === 1 ? 'counts' : 'count'}.` : ''
  return [left, note ?? ''].filter((part) => part !== '').join(' ') || undefined
}

/** A line for each question whose answers do not all count, or may be on another scale, or that is not scored. */
export const scoreNotes = ({ scoreQuestions }: Report): string[] =>
  scoreQuestions.flatMap((question) => {
    const note = noteOf(question)
    return note === undefined ? [] : [`${questionTitle(question)}: ${note}`]
  })

export const questionTitle = ({ question, item }: { readonly question: string; readonly item: string }): string =>
  item === '' ? question : `${question} › ${item}`
