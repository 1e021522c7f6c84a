/** The questions that a score's views count: identifiers, or with the scale on which each one is asked. */
import { z } from 'zod'
import type { Range, ScoredQuestion } from '../../schemas/views/spec.ts'
import { about } from './about.ts'

const RANGE = 'two whole numbers, the smaller one first, such as [1, 10]'
const IDENTIFIER = 'the identifier of a question'

const number = z.int({ error: RANGE })
const range = z.tuple([number, number], { error: RANGE })

const common = {
  question: z.string({ error: IDENTIFIER }).trim().min(1, IDENTIFIER),
  scale: range.refine(([least, most]) => least < most, RANGE).optional(),
}
const answers = range.refine(([least, most]) => least <= most, RANGE).optional()

const notThat = (example: string) => ({
  error: ({ code }: { code: string }) =>
    code === 'invalid_type' ? `${IDENTIFIER}, or an object such as ${example}` : undefined,
})

const NPS = '{"question": "nps", "scale": [1, 10]}'
const CSAT = '{"question": "csat", "scale": [1, 10], "satisfied": [9, 10]}'
const CES = '{"question": "ces", "scale": [1, 5], "easy": [4, 5]}'

/** Answers inside the scale, which is the usual one where none is given. */
function checkInside(inside: Range | undefined, [least, most]: Range, name: string, context: z.RefinementCtx): void {
  if (inside === undefined || (inside[0] >= least && inside[1] <= most)) return
  const message = `answers inside the scale, which is [${least}, ${most}]`
  context.addIssue({ code: 'custom', path: [name], message })
}

// NPS is defined on 0 to 10. Some ask it without the 0, which changes no answer's points.
const npsQuestion = z
  .strictObject(common, notThat(NPS))
  .refine(({ scale }) => scale === undefined || (scale[0] >= 0 && scale[0] <= 1 && scale[1] === 10), {
    path: ['scale'],
    error: '[0, 10] or [1, 10], on which NPS is defined; a question with another scale can be one of CSAT_QUESTIONS',
  })

const csatQuestion = z
  .strictObject({ ...common, satisfied: answers }, notThat(CSAT))
  .superRefine(({ scale, satisfied }, context) => checkInside(satisfied, scale ?? [1, 5], 'satisfied', context))

const cesQuestion = z
  .strictObject({ ...common, easy: answers }, notThat(CES))
  .superRefine(({ scale, easy }, context) => checkInside(easy, scale ?? [1, 7], 'easy', context))
  .transform(({ easy, ...rest }) => ({ ...rest, ...(easy && { satisfied: easy }) }))

/** What an object in the settings may say. */
export const SCORED_OPTIONS = {
  nps: ['question', 'scale'],
  csat: ['question', 'scale', 'satisfied'],
  ces: ['question', 'scale', 'easy'],
} as const

/** A comma list, or a JSON array; in the environment as its text. */
const list = z.union([
  z.array(z.unknown()),
  z.string().transform((text, context): unknown[] => {
    if (!text.trim().startsWith('[')) return text.split(',').map((part) => part.trim())
    try {
      const parsed: unknown = JSON.parse(text)
      if (Array.isArray(parsed)) return parsed
    } catch {}
    context.addIssue('JSON')
    return z.NEVER
  }),
])

/** An identifier alone is short for the object that says nothing else. */
const asObject = z.unknown().transform((one) => (typeof one === 'string' ? { question: one } : one))

const setting = (
  question: z.ZodType<ScoredQuestion>,
  { title, word, example }: { title: string; word: string; example: string },
  object: string,
) =>
  list
    .pipe(z.array(asObject.pipe(question)))
    .superRefine((all, context) => {
      for (const [at, { question: name }] of all.entries()) {
        if (all.findIndex((other) => other.question === name) === at) continue
        context.addIssue({ code: 'custom', path: [at, 'question'], message: 'another question than an earlier one' })
      }
    })
    .register(about, {
      description: `Questions that the ${title} views score, by their identifiers. Unset: those with ${word} as a word in them, and answers in its scale.`,
      default: undefined,
      allowed: `a comma list of identifiers, or a JSON array of identifiers and of objects such as ${object}; an empty array for none`,
      example,
    })

export const npsQuestions = setting(npsQuestion, { title: 'NPS', word: 'nps', example: 'recommend,nps_2026' }, NPS)
export const csatQuestions = setting(csatQuestion, { title: 'CSAT', word: 'csat', example: `[${CSAT}]` }, CSAT)
export const cesQuestions = setting(cesQuestion, { title: 'CES', word: 'ces', example: 'how_easy' }, CES)
