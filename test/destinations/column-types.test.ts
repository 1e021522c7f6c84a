import test from 'ava'
import type { ValueType } from '../../schemas/records.ts'
import {
  type Counts,
  fittingIn,
  hasMisfits,
  isEnough,
  kindsIn,
  SEVERAL,
  typeBy,
} from '../../src/destinations/column-types.ts'

const NONE: Counts = {
  answers: 0,
  none: 0,
  known: 0,
  lists: 0,
  several: 0,
  numbers: 0,
  booleans: 0,
  dates: 0,
  timestamps: 0,
  scores: 0,
}
const NEVER = { valueType: null, isList: false }

/** Known single values, and texts beside those that are counted. */
function counted(texts: number, counts: Partial<Counts>): Counts {
  const { numbers = 0, booleans = 0, dates = 0, timestamps = 0, several = 0 } = counts
  const answers = texts + numbers + booleans + dates + timestamps + several
  return { ...NONE, known: answers, lists: several, ...counts, answers }
}

const typeOf = (texts: number, counts: Partial<Counts> = {}) => {
  const { valueType, isList } = typeBy(counted(texts, counts), NEVER)
  return isList ? 'list' : valueType
}

const CASES: readonly (readonly [what: string, texts: number, counts: Partial<Counts>, type: ValueType | 'list'])[] = [
  ['numbers', 0, { numbers: 3 }, 'number'],
  ['a number and a text', 1, { numbers: 1 }, 'number'],
  ['a number and two texts', 2, { numbers: 1 }, 'text'],
  ['as many numbers as booleans', 0, { numbers: 2, booleans: 2 }, 'boolean'],
  ['more numbers than booleans, and half of all', 1, { numbers: 3, booleans: 2 }, 'number'],
  ['the most, but less than half', 2, { numbers: 2, booleans: 1 }, 'text'],
  ['days', 0, { dates: 2 }, 'date'],
  ['days and a time', 0, { dates: 2, timestamps: 1 }, 'date'],
  ['a day and times', 0, { dates: 1, timestamps: 2 }, 'timestamp'],
  ['days, a time and as many texts', 3, { dates: 2, timestamps: 1 }, 'text'],
  ['texts', 4, {}, 'text'],
  ['a list of several among twenty numbers', 0, { numbers: 20, several: 1 }, 'number'],
  ['lists of one in the less part', 0, { numbers: 3, lists: 1 }, 'number'],
  ['lists of one in half', 0, { numbers: 2, lists: 1 }, 'number'],
  ['lists in half, one of them of several', 1, { several: 1 }, 'list'],
  ['lists in the larger part', 1, { lists: 2, several: 1, known: 3, numbers: 1 }, 'list'],
  ['empty lists', 0, { none: 2 }, 'list'],
  ['a scalar among empty lists', 1, { none: 2 }, 'list'],
]

for (const [what, texts, counts, type] of CASES) {
  test(`a column of ${what} is ${type}`, (t) => t.is(typeOf(texts, counts), type))
}

test('where nothing is there now, the widest that ever was decides', (t) => {
  t.deepEqual(typeBy(NONE, { valueType: 'number', isList: false }), { valueType: 'number', isList: false })
  t.deepEqual(typeBy(undefined, { valueType: 'number', isList: true }), { valueType: 'text', isList: true })
  t.deepEqual(typeBy(undefined, NEVER), { valueType: 'text', isList: false })
})

test('answers of which an older version did not note whether they were lists count in no share', (t) => {
  const unknown = { ...counted(0, { numbers: 5 }), known: 0 }
  t.false(typeBy(unknown, { valueType: 'number', isList: false }).isList)
  t.true(typeBy(unknown, { valueType: 'number', isList: true }).isList)
  // Among so many some would have chosen several.
  t.false(typeBy({ ...counted(0, { numbers: 20 }), known: 0 }, { valueType: 'number', isList: true }).isList)
  t.true(typeBy({ ...counted(0, { numbers: 20, several: 2 }), known: 2 }, NEVER).isList)
})

test('a type is given from twenty answers on, empty lists among them', (t) => {
  t.false(isEnough(counted(19, {})))
  t.true(isEnough(counted(20, {})))
  t.true(isEnough(counted(19, { none: 1 })))
})

test('what does not fit a type is known by its kinds', (t) => {
  const counts = counted(1, { numbers: 3, several: 1, dates: 2 })
  t.is(fittingIn({ valueType: 'number', isList: false }, counts), 3)
  t.is(fittingIn({ valueType: 'text', isList: false }, counts), 6)
  t.is(fittingIn({ valueType: 'text', isList: true }, counts), 7)
  t.true(hasMisfits({ valueType: 'number', isList: false }, kindsIn(counts)))
  t.true(hasMisfits({ valueType: 'text', isList: false }, kindsIn(counts)))
  t.false(hasMisfits({ valueType: 'text', isList: true }, kindsIn(counts)))
  t.is(kindsIn(counts) & SEVERAL, SEVERAL)
  t.true(hasMisfits({ valueType: 'timestamp', isList: false }, kindsIn(counted(0, { dates: 1, timestamps: 1 }))))
  t.false(hasMisfits({ valueType: 'timestamp', isList: false }, kindsIn(counted(0, { timestamps: 1 }))))
  t.true(hasMisfits({ valueType: 'date', isList: false }, kindsIn(counted(0, { dates: 1, timestamps: 1 }))))
})
