/** Schemas for other programs: the webhook as JSON Schema, each table as BigQuery takes it. */
import { z } from 'zod'
import type { Column, Table } from '../../schemas/spec.ts'
import { webhookSchema } from '../../schemas/webhook.ts'
import { sqlType } from '../destinations/bigquery/column-types.ts'

export const webhookJsonSchema = (): string =>
  pretty(
    z.toJSONSchema(webhookSchema, {
      io: 'input',
      // A preprocessed object is one that PHP may send as [] when it is empty.
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema instanceof z.ZodPipe) jsonSchema.anyOf?.push({ type: 'array', maxItems: 0 })
      },
    }),
  )

/** The schema file of `bq mk --table` and `bq load`. */
export const bigQuerySchema = (table: Table): string =>
  pretty(
    Object.entries<Column<never>>(table.columns).map(([name, { type, required, description }]) => ({
      name,
      type: sqlType(type),
      mode: required ? 'REQUIRED' : 'NULLABLE',
      description,
    })),
  )

/** Lists of names stand on one line, as the project's formatter wants it. */
const pretty = (value: unknown) =>
  `${JSON.stringify(value, null, 2).replaceAll(/\[\s+("\w+"(?:,\s+"\w+")*)\s+\]/g, (_, names: string) => `[${names.replaceAll(/\s+/g, ' ')}]`)}\n`
