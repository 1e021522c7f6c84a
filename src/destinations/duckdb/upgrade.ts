/** What a file of an older version lacks, and its tables tell. */
import { formAttributes } from '../../../schemas/tables/catalog.ts'
import { FILLED, formAttributesQuery } from '../../../schemas/views/upgrade.ts'
import { identifier } from '../sql.ts'
import { allMembers, duckdbDialect } from './dialect.ts'

/** Fills `form_attributes` by the respondents that are there: without it their attributes would have no columns. */
export const fillFormAttributes = (): string =>
  `INSERT INTO ${identifier(formAttributes.name)} (${FILLED.map(identifier).join(', ')})\n${formAttributesQuery(duckdbDialect, allMembers)}`
