/** docs/configuration.md, from the schema of the settings. */
import { settings } from '../config/schema.ts'
import { code, markdownTable } from './markdown.ts'

const INTRO = `# Configuration

Generated from src/config/schema.ts by \`npm run docs\`; \`npm start -- --help\` tells the same.

Every setting is optional. It is looked for in the environment, then in a file \`.env\`, then in
\`refiner-warehouse.config.json\`, both in the working directory. A variable that is set to nothing counts as not set. In the
JSON file the keys are the same names, and numbers, booleans and lists may be written as such:

\`\`\`json
{ "PORT": 9000, "DESTINATIONS": ["duckdb", "csv"], "LOAD_SCHEDULE": "0 * * * *" }
\`\`\`

A mistake stops the start, with a message that names the setting, the value, where it came from and what is allowed. Keys of
the JSON file that are no settings are mistakes; other environment variables are not looked at.
`

export function configurationPage(): string {
  const overview = markdownTable(
    ['setting', 'default', 'what it does'],
    settings.map(({ name, default: value, description }) => [code(name), value ? code(value) : 'none', description]),
  )
  const details = markdownTable(
    ['setting', 'allowed', 'example'],
    settings.map(({ name, allowed, example }) => [code(name), allowed, code(example)]),
  )
  return `${INTRO}\n${overview}\n\n## What is allowed\n\n${details}\n`
}
