/** The names that surveys had, by one query that all warehouses read alike. */
import { forms, names } from '../../schemas/tables/catalog.ts'
import { responses } from '../../schemas/tables/responses.ts'

/** What it reads. Without them, a warehouse has loaded nothing by this version yet. */
export const NAMED: readonly string[] = [forms.name, names.name, responses.name]

/**
 * `form_uuid`, `name`, and the UTC day on which it last came. Responses have names too: those that came before there was a table of names.
 * @param pathTo a table as it is written in the query
 */
export const formerNamesQuery = (pathTo: (table: string) => string): string => `SELECT E.form_uuid, E.name,
  CAST(CAST(MAX(E.last_at) AS DATE) AS STRING) AS last_on
FROM (
  SELECT N.uuid AS form_uuid, N.name, N.event_received_at AS last_at FROM ${pathTo(names.name)} AS N WHERE N.kind = 'form'
  UNION ALL
  SELECT R.form_uuid, R.form_name, R.received_at FROM ${pathTo(responses.name)} AS R
) AS E
LEFT JOIN ${pathTo(forms.name)} AS F ON F.form_uuid = E.form_uuid
WHERE E.name <> '' AND COALESCE(E.name <> F.name, TRUE)
GROUP BY E.form_uuid, E.name`
