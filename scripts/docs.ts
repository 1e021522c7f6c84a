/** Writes the documents that derive from the schemas; `--check` only tells which are stale. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { documents } from '../src/docs/documents.ts'

const options = new Command('docs')
  .description('Write the documents that derive from the schemas and the settings')
  .option('--check', 'write nothing; fail when a document is stale')
  .parse()
  .opts<{ check?: boolean }>()

for (const [path, content] of documents()) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url))
  if (existsSync(file) && readFileSync(file, 'utf8') === content) continue
  if (options.check) {
    console.error(`${path} is stale; write it anew by: npm run docs`)
    process.exitCode = 1
    continue
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  console.log(`wrote ${path}`)
}
