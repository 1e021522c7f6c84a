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
