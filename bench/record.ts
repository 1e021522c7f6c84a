/** docs/benchmarks.md, from a whole run. */
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Result, reached } from './result.ts'

const FILE = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))

export function writeRecord(results: readonly Result[], seconds: number): void {
  writeFileSync(FILE, document(results, seconds))
}

function document(results: readonly Result[], seconds: number): string {
  const missed = results.filter((result) => !reached(result)).map(({ name }) => name)
  const outcome =
    missed.length === 0
      ? 'All goals were reached.'
      : `Not reached: ${missed.join(', ')}; the table says what limits it.`
  return `# Benchmarks

Written by \`npm run bench\`, which takes ${Math.ceil(seconds / 60)} minutes and 10 GB of room for temporary files. One benchmark alone runs by
\`npm run bench -- --only NAME\`, a small version by \`--quick\`; both leave this page alone.

Machines differ and are busy with other things. So most goals are ratios within one run: what is compared takes turns with
what it is compared to, on the same machine, with the same bodies.

${machine()} The sender ran on the same machine. ${outcome}

| Benchmark | What | Goal | Reached | How measured | What limits it |
| --- | --- | --- | --- | --- | --- |
${results.map(line).join('\n')}

Seen on the way:

| Benchmark | Seen | Value |
| --- | --- | ---: |
${results.flatMap(details).join('\n')}
`
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 1024 ** 3)
  const day = new Date().toISOString().slice(0, 10)
  return `Measured on ${day}: ${availableParallelism()} cores (${model}), ${memory} GB of memory, ${process.platform}, Node ${process.version}.`
}

function line(result: Result): string {
  const { name, what, how, value, unit, goal, limit } = result
  const verdict = reached(result) ? 'yes' : '**no**'
  return `| ${name} | ${what} | ${goal.bound} ${goal.value} ${unit} | ${value} ${unit}: ${verdict} | ${how} | ${limit} |`
}

function details({ name, seen }: Result): string[] {
  return Object.entries(seen).map(([what, value]) => `| ${name} | ${what.replaceAll('_', ' ')} | ${value} |`)
}
