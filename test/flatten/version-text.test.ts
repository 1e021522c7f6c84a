import test from 'ava'
import { begin, writeBar, writeText, writeTime, written } from '../../src/flatten/version-text.ts'

const TURNED = '9876543210'

function textOf(write: () => void): string {
  begin()
  write()
  return written()
}

test('a time is its twenty digits, and no time is zeros', (t) => {
  t.is(
    textOf(() => writeTime('2026-05-10T09:08:07.123456Z')),
    '20260510090807123456',
  )
  t.is(
    textOf(() => writeTime('')),
    '00000000000000000000',
  )
})

test('turned digits sort the other way round, and other characters stay', (t) => {
  t.is(
    textOf(() => writeTime('2026-05-10T09:08:07.123456Z', TURNED)),
    '79739489909192876543',
  )
  t.is(
    textOf(() => writeTime('', TURNED)),
    '99999999999999999999',
  )
  t.is(
    textOf(() => writeText('09|x', TURNED)),
    '90|x',
  )
  t.is(
    textOf(() => writeText('0f-9a', 'fedcba9876543210')),
    'f0-65',
  )
})

test('parts follow one another, and the text before is gone', (t) => {
  const both = () => {
    writeText('a')
    writeBar()
    writeText('b')
  }
  t.is(textOf(both), 'a|b')
  t.is(
    textOf(() => writeText('c')),
    'c',
  )
})

test('a text that is longer than any version is refused', (t) => {
  t.throws(() => textOf(() => writeText('x'.repeat(5000))), { instanceOf: Error })
})
