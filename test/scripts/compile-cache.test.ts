import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FLAG = '--import ./scripts/compile-cache.js'

test('what a command loads is kept beside the packages', (t) => {
  const ask = "console.log(require('node:module').getCompileCacheDir())"
  const said = execFileSync(process.execPath, [...FLAG.split(' '), '-e', ask], { cwd: ROOT, encoding: 'utf8' })
  t.true(said.startsWith(`${ROOT}node_modules/.cache/compile`), said)
})

test('every command that the README names is started with it', (t) => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))
  const readme = readFileSync(`${ROOT}README.md`, 'utf8')
  const named = new Set([...readme.matchAll(/npm (?:run )?([a-z-]+)/g)].map(([, name = '']) => name))
  const ours = Object.entries(scripts).filter(
    ([name]) => named.has(name) && !/^(test|check|bench|torture|audit)/.test(name),
  )
  t.true(ours.length > 3)
  for (const [name, command] of ours) t.true(command.startsWith(`node ${FLAG} `), name)
})
