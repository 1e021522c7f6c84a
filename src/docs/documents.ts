/** Every file that is derived from the schemas and the settings, so that nobody writes a name twice. */
import { tables } from '../../schemas/tables.ts'
import { configurationPage } from './configuration.ts'
import { bigQuerySchema, webhookJsonSchema } from './schemas.ts'
import { tablesPage } from './tables.ts'
import { viewsPage } from './views.ts'

/** Path inside the project, and content. */
export const documents = (): ReadonlyMap<string, string> =>
  new Map([
    ['docs/tables.md', tablesPage()],
    ['docs/views.md', viewsPage()],
    ['docs/configuration.md', configurationPage()],
    ['schemas/generated/webhook.schema.json', webhookJsonSchema()],
    ...tables.map((table) => [`schemas/generated/${table.name}.json`, bigQuerySchema(table)] as const),
  ])
