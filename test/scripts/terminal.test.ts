import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import test from 'ava'
import { printable, printableLines } from '../../scripts/terminal.ts'

test('what would act on a terminal is shown as an escape, and all else as it is', (t) => {
  t.is(printable('\u001b[2J\u0007\u009b\u007f\r\n\t'), '\\u001b[2J\\u0007\\u009b\\u007f\\r\\n\\t')
  t.is(printable('\u202Egnp.exe\u2066\u200F'), '\\u202egnp.exe\\u2066\\u200f')
  t.is(printable('naïve 東京 👋 C:\\n'), 'naïve 東京 👋 C:\\n')
})

test('of a text of several lines the lines stay', (t) => {
  t.is(printableLines('one\u001b\n  two\r\n'), 'one\\u001b\n  two\\r\n')
})

test('a reader who had enough is no error', async (t) => {
  const module = JSON.stringify(new URL('../../scripts/terminal.ts', import.meta.url).href)
  const talk = `const { say } = await import(${module}); say('one'); setImmediate(() => say('two'))`
  const waiting = `process.stdin.resume().once('end', async () => { ${talk} })`
  const child = spawn(process.execPath, ['--eval', waiting], { stdio: 'pipe' })
  const ended = once(child, 'close')
  const errors = text(child.stderr)
  child.stdout.destroy()
  await once(child.stdout, 'close')
  child.stdin.end()
  t.deepEqual(await ended, [0, null])
  t.is(await errors, '')
})
