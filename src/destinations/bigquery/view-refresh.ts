/**
 * Makes the views that schemas/views.ts defines. What is there and the same stays; what a user made under such a name stays as
 * well, and is told: views of ours are known by a label.
 */
import { UNSET_MODELS, type View } from '../../../schemas/views/spec.ts'
import { PermanentError, reasonOf } from '../../errors.ts'
import { now } from '../batch.ts'
import type { Surveys } from '../novelty.ts'
import { levelsOf } from '../view-levels.ts'
import { planViews } from '../view-plan.ts'
import { forEachAtOnce } from './at-once.ts'
import { bigqueryDialect } from './dialect.ts'
import { keepLonger } from './expiry.ts'
import { ensureView } from './views.ts'
import { ensureNames, keepNames, readCatalog, type Warehouse } from './warehouse-catalog.ts'

export type { Warehouse } from './warehouse-catalog.ts'

/** A view with its query in BigQuery's words. */
type Written = Omit<View, 'query'> & { readonly query: string }

/** On every view that is made here. */
const OURS = { made_by: 'refiner-warehouse' }

/**
 * Makes the models, and the views of these surveys.
 * @returns what could not be made, with the reason. @throws what hinders all of it, or may pass
 */
export async function refreshViews(warehouse: Warehouse, surveys: Surveys, signal: AbortSignal): Promise<string[]> {
  const sql = bigqueryDialect(warehouse.pathTo)
  const views = (await planned(warehouse, surveys, signal)).map((view) => ({ ...view, query: view.query(sql) }))
  const reasons: string[] = []
  const make = async (view: Written) => {
    signal.throwIfAborted()
    const reason = await makeView(warehouse, view)
    if (reason !== undefined) reasons.push(reason)
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
  return reasons.toSorted()
}

/** The views that should be there, once the names in them are kept. */
async function planned(warehouse: Warehouse, surveys: Surveys, signal: AbortSignal): Promise<readonly View[]> {
  const { pathTo, options } = warehouse
  const wanted = { models: options.models ?? UNSET_MODELS, surveys, sql: bigqueryDialect(pathTo) }
  const made = await ensureNames(warehouse)
  for (let before: string | undefined; ; ) {
    signal.throwIfAborted()
    const catalog = await readCatalog(warehouse)
    const { newNames, views } = planViews(catalog, { ...wanted, now: now() })
    if (newNames.length === 0) return views
    const names = JSON.stringify(catalog.names)
    const known = { made, names: catalog.names, isCertain: names === before }
    if (await keepNames(warehouse, newNames, known, signal)) return views
    before = names
  }
}

/** Returns why it was not made. */
async function makeView({ client, options, pathTo }: Warehouse, view: Written): Promise<string | undefined> {
  const path = pathTo(view.name)
  const there = await client.table(path)
  const isOurs = there?.type === 'VIEW' && there.labels?.['made_by'] === OURS.made_by
  if (there !== undefined && !isOurs) {
    return `${view.name}: something else has that name in ${path.dataset}; rename it, and the view is made`
  }
  const { description, columns, query } = view
  const made = await ensureView(
    client,
    path,
    { description, columns, query, labels: { ...options.labels, ...OURS } },
    there,
  )
  if (options.mode === 'append') await keepLonger(client, path, made)
  return undefined
}
