/** What a benchmark gives. Machines differ and are busy, so the goals are ratios within one run wherever that is possible. */

export interface Goal {
  readonly bound: 'at least' | 'at most'
  readonly value: number
}

export interface Result {
  readonly name: string
  /** What was measured, for the table. */
  readonly what: string
  /** How, in a sentence. */
  readonly how: string
  readonly value: number
  readonly unit: string
  readonly goal: Goal
  /** What it costs, or what keeps it from being better. */
  readonly limit: string
  /** What else was seen on the way, by name; the unit stands in the name. */
  readonly seen: Readonly<Record<string, number>>
}

export interface Run {
  /** A small version: it shows that the benchmark works, its numbers mean little. */
  readonly quick: boolean
  /** An empty folder of the benchmark's own; removed afterwards. */
  readonly directory: string
}

export type Measure = (run: Run) => Promise<readonly Result[]>

export function reached({ value, goal }: Pick<Result, 'value' | 'goal'>): boolean {
  return goal.bound === 'at least' ? value >= goal.value : value <= goal.value
}

/** The value below which a share (0 to 1) of the values lies. @throws when there are none */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted()
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (value === undefined) throw new Error('take a quantile: there are no values')
  return value
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** To so many digits after the point. */
export const round = (value: number, digits = 2): number => Number(value.toFixed(digits))
