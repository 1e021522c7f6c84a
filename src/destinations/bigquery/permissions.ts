/** What each step of a load takes of the permissions of BigQuery, and who has them. docs/bigquery-role.yaml is a role of these. */

const EDITOR = 'roles/bigquery.dataEditor on the datasets'

/** The least role of Google's with each permission. */
const ROLES = {
  'bigquery.jobs.create': 'roles/bigquery.jobUser on the project',
  'bigquery.datasets.create': 'roles/bigquery.user on the project, or make the datasets yourself',
  'bigquery.datasets.get': EDITOR,
  'bigquery.tables.create': EDITOR,
  'bigquery.tables.get': EDITOR,
  'bigquery.tables.update': EDITOR,
  'bigquery.tables.delete': EDITOR,
  'bigquery.tables.getData': EDITOR,
  'bigquery.tables.updateData': EDITOR,
} as const

type Permission = keyof typeof ROLES

export const NEEDS = {
  dataset: ['bigquery.datasets.get'],
  prepare: ['bigquery.datasets.get', 'bigquery.datasets.create', 'bigquery.tables.get', 'bigquery.tables.create'],
  load: ['bigquery.jobs.create', 'bigquery.tables.create', 'bigquery.tables.updateData'],
  change: ['bigquery.tables.update'],
  merge: ['bigquery.jobs.create', 'bigquery.tables.getData', 'bigquery.tables.updateData'],
  select: ['bigquery.jobs.create', 'bigquery.tables.getData'],
  drop: ['bigquery.tables.delete'],
} as const satisfies Record<string, readonly Permission[]>

export type Needs = (typeof NEEDS)[keyof typeof NEEDS]

/** For whoever is refused. */
export function takes(needs: Needs): string {
  const roles = new Map<string, Permission[]>()
  for (const permission of needs) {
    const role = ROLES[permission]
    roles.set(role, [...(roles.get(role) ?? []), permission])
  }
  return [...roles].map(([role, permissions]) => `${permissions.join(', ')} (${role})`).join('; ')
}
