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
type Written = Omit<View, 'query'> & { readonly query: string }

/** On every view that is made here. */
const OURS = { made_by: 'refiner-warehouse' }

export interface Made extends Refreshed {
  readonly settled: Settled
}

/** Makes the models, and the views of these surveys. @throws what hinders all of it, or may pass */
export async function refreshViews(warehouse: Warehouse, asked: Surveys, signal: AbortSignal): Promise<Made> {
  const sql = bigqueryDialect(warehouse.pathTo)
  const { plan, respondents, surveys } = await planned(warehouse, asked, signal)
  const views = plan.views.map((view) => ({ ...view, query: view.query(sql) }))
  const reasons: string[] = []
  const changes: string[] = []
  const make = async (view: Written) => {
    signal.throwIfAborted()
    const { reason, before } = await makeView(warehouse, view)
    if (reason !== undefined) reasons.push(reason)
    else if (plan.surveys.has(view.name)) changes.push(...changesTo(view, before, typeIn))
  }
  const [first, ...others] = views
  // All others read it, or what does. What hinders this one is likely to hinder all.
  if (first !== undefined) await make(first)
  for (const level of levelsOf(others, sql.relation)) {
    await forEachAtOnce(level, (view) =>
      make(view).catch((error: unknown) => {
        if (!(error instanceof PermanentError)) throw error
        reasons.push(`${view.name}: ${reasonOf(error)}`)
      }),
    )
  }
  const settled = { open: plan.open, surveys, respondents }
  return { reasons: reasons.toSorted(), changes: changes.toSorted(), settled }
}

/** As it is read, with what a dataset of an older version lacks. */
async function completeCatalog(warehouse: Warehouse, models: ModelOptions, surveys: Surveys, signal: AbortSignal) {
  const catalog = await readCatalog(warehouse, models, surveys)
  const isFilled = surveys === 'all' && (await fillFormAttributes(warehouse, catalog, signal))
  return isFilled ? readCatalog(warehouse, models, surveys) : catalog
}

/** BigQuery's type of a column. */
const typeIn = ({ type, isList }: ViewColumn) => `${apiType(type)}${isList ? '[]' : ''}`

interface Planned {
  readonly plan: ViewPlan
  /** How many were counted; undefined: none. */
  readonly respondents: number | undefined
  readonly surveys: Surveys
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
    if (plan.changed.length === 0) return { plan, respondents, surveys }
    const names = JSON.stringify(catalog.names)
    const known = { made, names: catalog.names, isCertain: names === before }
    if (await keepNames(warehouse, plan.names, known, signal)) {
      if (surveys === 'all' || !givesAttributeType(plan.changed)) return { plan, respondents, surveys }
      return planned(warehouse, 'all', signal)
    }
    before = names
  }
}

/** Why it was not made, and which columns it had before, with their types. */
interface Outcome {
  readonly reason?: string
  readonly before: readonly (readonly [column: string, type: string])[]
}

async function makeView({ client, options, pathTo }: Warehouse, view: Written): Promise<Outcome> {
  const path = pathTo(view.name)
  const there = await client.table(path)
  const isOurs = there?.type === 'VIEW' && there.labels?.['made_by'] === OURS.made_by
  if (there !== undefined && !isOurs) {
    const reason = `${view.name}: something else has that name in ${path.dataset}; rename it, and the view is made`
    return { reason, before: [] }
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
