import test from 'ava'
import { formatList } from '../../scripts/list.ts'
import type { Exportable } from '../../src/exports/catalog.ts'

const LIST: Exportable[] = [
  { kind: 'survey', name: `survey_${'x'.repeat(290)}`, rows: 12, title: 'X'.repeat(1000), formerly: [] },
  { kind: 'view', name: 'nps', rows: null, title: null, formerly: [] },
]

test('a list fits the terminal, also where a survey has a long name, and nothing but names is cut', (t) => {
  t.deepEqual(formatList(LIST, 40).split('\n'), [
    'kind    name                  rows  sur…',
    '------  --------------------  ----  ---…',
    'survey  survey_xxxxxxxxxxxx…    12  XXX…',
    'view    nps                   NULL',
  ])
})

test('where there is no terminal a list has whole names', (t) => {
  const text = formatList(LIST, Number.POSITIVE_INFINITY)
  for (const { name, title } of LIST) t.true(text.includes(name) && text.includes(title ?? ''))
  t.false(text.includes('…'))
})

test('a survey that was renamed has its newest former names beside the name of now', (t) => {
  const renamed = (formerly: readonly string[]): Exportable[] => [
    { kind: 'survey', name: 'survey_a', rows: 1, title: 'D', formerly },
  ]
  const titleOf = (formerly: readonly string[]) => formatList(renamed(formerly), 80).split('\n').at(-1)
  t.is(titleOf(['C', 'B']), 'survey  survey_a     1  D (formerly C, B)')
  t.is(titleOf(['C', 'B', 'A']), 'survey  survey_a     1  D (formerly C, B, …)')
})
