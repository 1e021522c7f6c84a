import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { tables } from '../../schemas/tables.ts'
import { settings } from '../../src/config/schema.ts'
import { documents } from '../../src/docs/documents.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('the documents in the project are the ones that derive from its schemas (else: npm run docs)', (t) => {
  for (const [path, content] of documents()) t.is(readFileSync(join(root, path), 'utf8'), content, path)
  const derived = new Set(documents().keys())
  for (const file of readdirSync(join(root, 'schemas/generated')))
    t.true(derived.has(`schemas/generated/${file}`), file)
})

test('every table and column is documented, and every setting', (t) => {
  const page = documents().get('docs/tables.md') ?? ''
  for (const { name, columns } of tables) {
    const section = page.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? ''
    for (const column of Object.keys(columns)) t.true(section.includes(`| \`${column}\` |`), `${name}.${column}`)
  }
  for (const { name } of settings) t.true(documents().get('docs/configuration.md')?.includes(`\`${name}\``), name)
})

test('the webhook schema takes an empty list where PHP means an empty object', (t) => {
  const { properties } = JSON.parse(documents().get('schemas/generated/webhook.schema.json') ?? '')
  for (const name of ['form', 'response', 'account']) {
    t.deepEqual(properties[name].anyOf.at(-1), { type: 'array', maxItems: 0 })
  }
})

test('a BigQuery schema has the columns of the table in order, with types of BigQuery', (t) => {
  const schema = JSON.parse(documents().get('schemas/generated/questions.json') ?? '')
  t.like(schema[0], { name: 'form_uuid', type: 'STRING', mode: 'REQUIRED' })
  t.like(schema[3], { name: 'is_list', type: 'BOOL', mode: 'REQUIRED' })
  t.like(schema[6], { name: 'position', type: 'INT64', mode: 'NULLABLE' })
})
