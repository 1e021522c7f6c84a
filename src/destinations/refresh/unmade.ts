/**
 * Views that could not be made. They are tried again after each load, without a plan of all views: a look shows whether what has the
 * name of one is still there, and none is tried before what it reads is made.
 */

interface Named {
  readonly name: string
}

/** A view that is to be made. */
export interface Trial<View extends Named> {
  readonly view: View
  /** Whether it is the one that all others read, or what they read does. */
  readonly isFirst: boolean
  readonly isOfSurvey: boolean
  /** Why it could not be made before; '' when it was not tried. */
  readonly reason: string
  /** Names of views that it reads, and that could not be made either. */
  readonly waitsFor: readonly string[]
}

interface Plan<View> {
  readonly views: readonly View[]
  readonly surveys: ReadonlySet<string>
}

/** What is planned, and then what could not be made before and is not in the plan. @param plan undefined: nothing is new */
export function trialsOf<View extends Named>(
  plan: Plan<View> | undefined,
  unmade: readonly Trial<View>[],
): readonly Trial<View>[] {
  if (plan === undefined) return unmade
  const names = new Set(plan.views.map(({ name }) => name))
  const trials = plan.views.map((view, at) => {
    return { view, isFirst: at === 0, isOfSurvey: plan.surveys.has(view.name), reason: '', waitsFor: [] }
  })
  return [...trials, ...unmade.filter(({ view }) => !names.has(view.name))]
}

export interface UnmadeViews<View extends Named> {
  /** Whether it reads what could not be made this time either. */
  isWaiting(trial: Trial<View>): boolean
  /** Keeps one that waits, for the reason that it had. */
  keep(trial: Trial<View>): void
  /** Keeps one whose name something else has. */
  keepTaken(trial: Trial<View>, reason: string): void
  /** Keeps one that could not be made. */
  keepFailed(trial: Trial<View>, reason: string): void
  all(): readonly Trial<View>[]
}

/** @param relation a view's name as it stands in queries */
export function createUnmade<View extends Named>(
  queryOf: (view: View) => string,
  relation: (name: string) => string,
): UnmadeViews<View> {
  const unmade = new Map<string, Trial<View>>()
  const keep = (trial: Trial<View>) => void unmade.set(trial.view.name, trial)
  return {
    isWaiting: ({ waitsFor }) => waitsFor.some((name) => unmade.has(name)),
    keep,
    keepTaken: (trial, reason) => keep({ ...trial, reason, waitsFor: [] }),
    keepFailed(trial, reason) {
      const query = queryOf(trial.view)
      keep({ ...trial, reason, waitsFor: [...unmade.keys()].filter((name) => query.includes(relation(name))) })
    },
    all: () => [...unmade.values()],
  }
}

/** Where the first could not be made: none is tried again before it is. */
export function allWaiting<View extends Named>(trials: readonly Trial<View>[]): readonly Trial<View>[] {
  const [first] = trials.flatMap(({ isFirst, view }) => (isFirst ? [view.name] : []))
  return trials.map((trial) => {
    if (trial.isFirst || first === undefined) return trial
    return { ...trial, reason: `${trial.view.name}: it reads ${first}, which could not be made`, waitsFor: [first] }
  })
}
