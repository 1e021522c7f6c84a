/** What scores make of answers, many cases in one warehouse: each case is an item of a question, so that the question may be called as the metric. */
import type { ExecutionContext } from 'ava'
import { type MetricQuestions, UNNAMED } from '../../schemas/views/spec.ts'
import { answerAt } from './flattening.ts'
import { type Found, viewWarehouse } from './view-warehouse.ts'

export interface Case {
  /** Its row of `score_questions`. */
  readonly row: Found | undefined
  /** The scores of answers that count, by the answers as sent. */
  readonly scores: ReadonlyMap<string, number>
  /** How many answers of each text count. */
  readonly counted: ReadonlyMap<string, number>
}

/** The parts of `answers` in `score_questions`. */
const PARTS = ['counted', 'not_used', 'outside_scale', 'texts', 'lists', 'none_chosen']

/** @param answers of each case */
export async function scoredItems(
  t: ExecutionContext,
  question: string,
  answers: Readonly<Record<string, readonly unknown[]>>,
  questions: MetricQuestions = UNNAMED,
): Promise<(name: string) => Case> {
  const { load, ask } = await viewWarehouse(t, { questions })
  const most = Math.max(...Object.values(answers).map(({ length }) => length))
  const bodies = Array.from({ length: most }, (_, at) => {
    const given = Object.entries(answers).filter(([, each]) => at < each.length)
    return answerAt({ [question]: Object.fromEntries(given.map(([name, each]) => [name, each[at]])) }, at)
  })
  t.deepEqual(await load(...bodies), [])
  const rows = await ask('SELECT * FROM score_questions')
  for (const row of rows) {
    const parts = PARTS.map((name) => Number(row[name]))
    t.is(
      row['answers'],
      parts.reduce((sum, part) => sum + part, 0),
    )
  }
  const scores = await ask(`SELECT S.item, A.value, S.score, COUNT(*) AS n FROM scores AS S
    JOIN answers AS A ON A.response_uuid = S.response_uuid AND A.question = S.question AND A.item = S.item GROUP BY ALL`)
  return (name) => {
    const row = rows.find(({ item }) => item === name)
    const own = scores.filter(({ item }) => item === name)
    t.is(
      own.reduce((sum, { n }) => sum + Number(n), 0),
      Number(row?.['counted'] ?? 0),
      `${name}: scores and score_questions count alike`,
    )
    return {
      row,
      scores: new Map(own.map(({ value, score }) => [String(value), Number(score)])),
      counted: new Map(own.map(({ value, n }) => [String(value), Number(n)])),
    }
  }
}
