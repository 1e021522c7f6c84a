/** `npm run bench`: measures, prints one line of JSON per result, and writes docs/benchmarks.md after a whole run. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { drain } from './drain.ts'
import { encode } from './encode.ts'
import { exporting } from './export.ts'
import { flatten } from './flatten.ts'
import { growth } from './growth.ts'
import { latency } from './latency.ts'
import { receive } from './receive.ts'
import { writeRecord } from './record.ts'
import { type Measure, type Result, reached } from './result.ts'
import { start } from './start.ts'
import { views } from './views.ts'

const MEASURES: Readonly<Record<string, Measure>> = {
  flatten,
  encode,
  start,
  receive,
  latency,
  drain,
  export: exporting,
  views,
  growth,
}

const { only, quick = false } = new Command('npm run bench --')
  .description('Measure how fast events are received and loaded, and write docs/benchmarks.md.')
  .addOption(new Option('--only <name>', 'one benchmark; the page is not written').choices(Object.keys(MEASURES)))
  .option('--quick', 'a small version, to see that it works; the page is not written')
  .addHelpText('after', '\nExample: npm run bench -- --only receive')
  .parse()
  .opts<{ only?: string; quick?: boolean }>()

const directory = mkdtempSync(join(tmpdir(), 'refiner-bench-'))
const results: Result[] = []
const began = performance.now()
try {
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (only !== undefined && only !== name) continue
    const own = join(directory, name)
    mkdirSync(own)
    for (const result of await measure({ quick, directory: own })) {
      results.push(result)
      const { name: of, value, unit, goal, seen } = result
      console.log(
        JSON.stringify({ name: of, value, unit, goal: `${goal.bound} ${goal.value}`, ok: reached(result), ...seen }),
      )
    }
    rmSync(own, { recursive: true })
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}
if (only === undefined && !quick) writeRecord(results, (performance.now() - began) / 1000)
