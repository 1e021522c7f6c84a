/** Where the process begins. What V8 compiled is kept for the next start, which then needs half the work; all else is in run.ts. */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'))
const { run } = await import('./run.ts')
await run({ argv: process.argv, env: process.env, cwd: process.cwd() })
