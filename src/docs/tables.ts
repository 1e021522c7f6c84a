/** docs/tables.md, from the definitions of the tables. */
import type { Column, MergeRule, Table } from '../../schemas/spec.ts'
import { columnNames } from '../../schemas/tables/views.ts'
import { tables } from '../../schemas/tables.ts'
import { code, markdownTable } from './markdown.ts'

const INTRO = `# Tables

Generated from schemas/tables.ts by \`npm run docs\`. Names and meanings are the same in every destination.

No column depends on what a payload contains: questions, attributes, segments and tags are rows. Times are UTC with
microseconds. \`null\` means that nothing is known.

**Two times of truth.** \`users\` is the user now; \`respondents\` is the user as they were when they answered. "NPS by plan"
wants the second.

**Versions.** Deliveries may come late, twice or out of order. Every state table has a \`row_version\`: text that sorts, made of
the times that Refiner sent and, after them, of the arrival. A row replaces another of the same key only if its version is
higher, so loading anything again changes nothing. Tables without \`row_version\` are logs: the first row of a key stays.

**Absent is not empty.** A payload without \`tags\` says nothing about tags; \`tags: []\` says that there are none. So an owner has
a version for each collection (\`tags_version\`, \`attributes_version\`, …): that of the newest event that carried it, empty if
none did. The rows of a child table are those that came with the owner's newest version; when a newer one comes, all of
them are replaced, and a tag that was removed is gone. The column "goes with" tells which version decides about a cell.

**Partitions.** \`created_on\` is the UTC date inside the row's own time-based UUID, \`null\` for UUIDs without a time. It never
changes for a key. Filter by it, and a warehouse that partitions reads only those days.

**Declared keys.** A DuckDB file declares the keys of \`forms\`, \`questions\`, \`question_items\`, \`attributes\`, \`segments\`, \`tags\` and
\`column_names\` as primary keys, for tools that infer joins. The keys of the other tables hold as well, but are not declared: each load
would pay for it. Tables that an earlier version made stay as they are.

For programs: schemas/generated holds the schema of each table as BigQuery takes it, and the JSON Schema of the webhook.
`

const MERGE: Readonly<Record<string, string>> = {
  widest: 'the widest of all rows',
  largest: 'the largest of all rows',
  any: 'true if it ever was',
  filled: 'row_version; null never replaces a value',
}

/** `column_names` is filled when views are made, not by batches: BigQuery and DuckDB have it. */
const documented = [...tables, columnNames]

export function tablesPage(): string {
  const index = markdownTable(
    ['table', 'what it holds'],
    documented.map(({ name, description }) => [`[${name}](#${name})`, description]),
  )
  return `${[INTRO, index, ...documented.map(section)].join('\n')}\n`
}

function section(table: Table): string {
  const columns = Object.entries<Column<never>>(table.columns)
  const rows = columns.map(([name, { type, required, description, merge }]) => [
    code(name),
    type,
    required ? 'yes' : '',
    description,
    goesWith(name, merge, table),
  ])
  return `
## ${table.name}

${table.description}.

${facts(table).join('  \n')}

${markdownTable(['column', 'type', 'always set', 'meaning', 'goes with'], rows)}`
}

function facts({ key, owner, partition }: Table): string[] {
  const lines = [`Key: ${key.map(code).join(', ')}`]
  if (owner !== undefined) {
    lines.push(`Owner: ${code(owner.table)} by ${code(owner.key)}; current rows have its ${code(owner.version)}`)
  }
  if (partition !== undefined) lines.push(`Partition: ${code(partition)}`)
  return lines
}

/** A key never changes, nor what is derived from it, and neither does a row of a log. */
function goesWith(name: string, merge: MergeRule, table: Table): string {
  if (table.key.includes(name) || name === table.partition || !('row_version' in table.columns)) return ''
  if (table.owner !== undefined) return 'row_version'
  return MERGE[merge] ?? merge
}
