/**
 * Makes the views that schemas/views.ts defines. What is there and the same stays; what a user made under such a name stays as
 * well, and is told: views of ours are known by a label.
 */
import { type ModelOptions, UNSET_MODELS, type View, type ViewColumn } from '../../../schemas/views/spec.ts'
import { PermanentError, reasonOf } from '../../errors.ts'
import { now } from '../batch.ts'
import { changesTo } from '../column-changes.ts'
import type { Refreshed } from '../destination.ts'
import { givesAttributeType } from '../given-names.ts'
import type { Settled, Surveys } from '../novelty.ts'
import { allWaiting, createUnmade, type Trial, trialsOf } from '../refresh/unmade.ts'
import { levelsOf } from '../view-levels.ts'
import { planViews, type ViewPlan } from '../view-plan.ts'
import { forEachAtOnce } from './at-once.ts'
import { apiName, apiType } from './column-types.ts'
import { bigqueryDialect } from './dialect.ts'
import { keepLonger } from './expiry.ts'
import { type Field, fieldsIn } from './schema.ts'
import { fillFormAttributes } from './upgrade.ts'
import { ensureView } from './views.ts'
import { ensureNames, keepNames, readCatalog, readCounts, type Warehouse } from './warehouse-catalog.ts'

export type { Warehouse } from './warehouse-catalog.ts'

/** A view with its query in BigQuery's words. */
export type Written = Omit<View, 'query'> & { readonly query: string }

/** On every view that is made here. */
const OURS = { made_by: 'refiner-warehouse' }

export interface Made extends Refreshed {
  /** undefined: nothing was planned. */
  readonly settled: Settled | undefined
  /** To be tried the next time. */
  readonly unmade: readonly Trial<Written>[]
  /** What hinders all of them, as it is told of the first. */
  readonly hindrance: PermanentError | undefined
}

/** @param asked whose views may lack something; undefined: none. @param before views that could not be made. @throws what may pass, and what hinders to plan */
export async function refreshViews(
  warehouse: Warehouse,
  asked: Surveys | undefined,
  before: readonly Trial<Written>[],
  signal: AbortSignal,
): Promise<Made> {
  const sql = bigqueryDialect(warehouse.pathTo)
  const made = asked === undefined ? undefined : await planned(warehouse, asked, signal)
  const plan = made && {
    surveys: made.plan.surveys,
    views: made.plan.views.map((view) => ({ ...view, query: view.query(sql) })),
  }
  const unmade = createUnmade<Written>(({ query }) => query, sql.relation)
  const changes: string[] = []
  const make = async (trial: Trial<Written>) => {
    signal.throwIfAborted()
    if (unmade.isWaiting(trial)) return unmade.keep(trial)
    const { taken, before: columns } = await makeView(warehouse, trial.view)
    if (taken !== undefined) unmade.keepTaken(trial, taken)
    else if (trial.isOfSurvey) changes.push(...changesTo(trial.view, columns, typeIn))
  }
  const trials = trialsOf(plan, before)
  const settled = made?.settled
  const hindrance = await hindranceOf(trials, make)
  if (hindrance !== undefined) return { reasons: [], changes, settled, unmade: allWaiting(trials), hindrance }
  const others = trials.filter(({ isFirst }) => !isFirst).map((trial) => ({ ...trial.view, trial }))
  for (const level of levelsOf(others, sql.relation)) {
    await forEachAtOnce(level, ({ trial }) =>
      make(trial).catch((error: unknown) => {
        if (!(error instanceof PermanentError)) throw error
        unmade.keepFailed(trial, `${trial.view.name}: ${reasonOf(error)}`)
      }),
    )
  }
  const reasons = unmade.all().map(({ reason }) => reason)
  return { reasons: reasons.toSorted(), changes: changes.toSorted(), settled, unmade: unmade.all(), hindrance }
}

/** All others read the first view, or what does: what hinders it is likely to hinder all. */
async function hindranceOf(
  trials: readonly Trial<Written>[],
  make: (trial: Trial<Written>) => Promise<void>,
): Promise<PermanentError | undefined> {
  const first = trials.find(({ isFirst }) => isFirst)
  try {
    if (first !== undefined) await make(first)
    return undefined
  } catch (error) {
    if (error instanceof PermanentError) return error
    throw error
  }
}

/** As it is read, with what a dataset of an older version lacks. */
async function completeCatalog(warehouse: Warehouse, models: ModelOptions, surveys: Surveys, signal: AbortSignal) {
  const catalog = await readCatalog(warehouse, models, surveys)
  const isFilled = surveys === 'all' && (await fillFormAttributes(warehouse, catalog.attributes, signal))
  return isFilled ? readCatalog(warehouse, models, surveys) : catalog
}

/** BigQuery's type of a column. */
const typeIn = ({ type, isList }: ViewColumn) => `${apiType(type)}${isList ? '[]' : ''}`

interface Planned {
  readonly plan: ViewPlan
  readonly settled: Settled
}

/** The views that should be there, once their names and types are kept: of all surveys where an attribute got its type. */
async function planned(warehouse: Warehouse, surveys: Surveys, signal: AbortSignal): Promise<Planned> {
  const { pathTo, options } = warehouse
  const { models = UNSET_MODELS } = options
  const made = await ensureNames(warehouse)
  for (let before: string | undefined; ; ) {
    signal.throwIfAborted()
    const catalog = await completeCatalog(warehouse, models, surveys, signal)
    const { counts, respondents } = await readCounts(warehouse, models, catalog, surveys)
    const plan = planViews(catalog, counts, { models, surveys, sql: bigqueryDialect(pathTo), now: now() })
    const outcome = { plan, settled: { open: plan.open, surveys, catalog, respondents } }
    if (plan.changed.length === 0) return outcome
    const names = JSON.stringify(catalog.names)
    const known = { made, names: catalog.names, isCertain: names === before }
    if (await keepNames(warehouse, plan.names, known, signal)) {
      if (surveys === 'all' || !givesAttributeType(plan.changed)) return outcome
      return planned(warehouse, 'all', signal)
    }
    before = names
  }
}

/** Why it was left as it is, and which columns it had before, with their types. */
interface Outcome {
  readonly taken?: string
  readonly before: readonly (readonly [column: string, type: string])[]
}

async function makeView({ client, options, pathTo }: Warehouse, view: Written): Promise<Outcome> {
  const path = pathTo(view.name)
  const there = await client.table(path)
  const isOurs = there?.type === 'VIEW' && there.labels?.['made_by'] === OURS.made_by
  if (there !== undefined && !isOurs) {
    const taken = `${view.name}: something else has that name in ${path.dataset}; rename it, and the view is made`
    return { taken, before: [] }
  }
  const { description, columns, query } = view
  const made = await ensureView(
    client,
    path,
    { description, columns, query, labels: { ...options.labels, ...OURS } },
    there,
  )
  if (options.mode === 'append') await keepLonger(client, path, made)
  return { before: fieldsIn(there ?? {}).map(typeThere) }
}

const typeThere = ({ name = '', type, mode }: Field) =>
  [name, `${apiName(type)}${mode === 'REPEATED' ? '[]' : ''}`] as const
