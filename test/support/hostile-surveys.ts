/** Surveys that name everything as unkindly as they can: questions, items, attributes, segments, tags and themselves. */
import { event } from './flattening.ts'

export const HOSTILE: readonly string[] = [
  '__proto__',
  '',
  'select',
  '😀 naïve',
  `it's "quoted"`,
  '`back` \\ticks\\',
  'two\nlines\r\tand a tab',
  '$.a[0]',
  '/a~b',
  "'; DROP TABLE forms; --",
  '*/ /* --',
  'x'.repeat(300),
  'X'.repeat(300),
  'nps',
]

const UUIDS = '00000000-0000-4000-8000-0000000000'
const uuid = (kind: number, at: number) => `${UUIDS}${kind}${at.toString(16).padStart(1, '0')}`

/** Texts that flattening takes for instants, in every form. */
export const INSTANTS = [
  '2024-02-29',
  '2024-02-29T10:20',
  '2024-02-29 10:20Z',
  '2024-02-29T10:20:30',
  '2024-02-29T10:20:30.5+05:30',
  '2024-02-29T10:20:30.1234567Z',
  '2024-02-29T23:59:59.999999999-0200',
  '2024-02-29T10:20-03',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999Z',
]

/** Two responses to each survey; every value that one of these names stands for is itself unkind. */
export function hostileEvents(): object[] {
  return HOSTILE.flatMap((name, at) =>
    [0, 1].map((turn) => {
      // Own members, `__proto__` as well.
      const named = (value: (text: string, index: number) => unknown) =>
        Object.fromEntries(HOSTILE.map((text, index) => [text, value(text, index)]))
      const attributes = {
        ...named((text) => text),
        list: [1, text2(turn)],
        seen: INSTANTS[(2 * at + turn) % INSTANTS.length],
        yes: turn === 0 ? 'true' : false,
        amount: turn === 0 ? '12.5' : 1e-7,
        nothing: null,
      }
      const data = {
        ...named((text, index) => (index % 3 === 0 ? { [text]: text } : index % 3 === 1 ? [text, name] : text)),
        nps_score: turn === 0 ? 9 : '3',
        when: INSTANTS[(at + turn) % INSTANTS.length],
      }
      return event(
        {
          uuid: uuid(1, turn),
          attributes: own(attributes),
          segments: HOSTILE.map((text, index) => ({ uuid: uuid(2, index), name: text })),
          account: { uuid: uuid(3, turn), attributes: own(named((text) => text.length)) },
          form: { uuid: uuid(4, at), name },
        },
        {
          uuid: uuid(5 + turn, at),
          first_shown_at: '2024-01-01T00:00:00.000000Z',
          last_shown_at: `2024-01-0${turn + 1}T00:00:00.000000Z`,
          first_data_reception_at: '2024-01-31T23:59:59.999999Z',
          last_data_reception_at: `2024-0${turn + 1}-29T10:00:00.250000Z`,
          completed_at: turn === 0 ? '2024-02-29T10:00:00.250000Z' : null,
          data: own(data),
          tags: [{ uuid: uuid(7, at), name }],
        },
      )
    }),
  )
}

const text2 = (turn: number) => `turn ${turn}`

/** A spread keeps `__proto__` as a member; assignments would not. */
const own = (values: object): object => Object.fromEntries(Object.entries(values))
