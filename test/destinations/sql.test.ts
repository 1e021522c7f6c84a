import { DuckDBInstance } from '@duckdb/node-api'
import test from 'ava'
import fc from 'fast-check'
import { identifier, literal } from '../../src/destinations/sql.ts'
import { NASTY_TEXTS } from './conformance-values.ts'

const connection = DuckDBInstance.create(':memory:').then((instance) => instance.connect())

async function evaluated(expression: string): Promise<unknown> {
  const result = await (await connection).runAndReadAll(`SELECT ${expression}`)
  return result.getRowsJS()[0]?.[0]
}

test('a text becomes a literal that is the text, whatever it holds', async (t) => {
  for (const text of NASTY_TEXTS) t.is(await evaluated(`'.' || ${literal(text)}`), `.${text}`)
  const texts = fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
    t.is(await evaluated(`'.' || ${literal(text)}`), `.${text}`)
  })
  await fc.assert(texts)
})

test('a number becomes a literal that is the same double', async (t) => {
  const numbers = fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (number) => {
    t.is(await evaluated(`CAST(${literal(number)} AS DOUBLE)`), number)
  })
  await fc.assert(numbers, { examples: [[-0], [5e-324], [1.7976931348623157e308], [0.1], [2 ** 53 - 1], [1e21]] })
})

test('null and booleans are themselves, and what no cell holds is refused', async (t) => {
  t.is(await evaluated(literal(null)), null)
  t.is(await evaluated(literal(true)), true)
  t.is(await evaluated(literal(false)), false)
  t.throws(() => literal(Number.NaN), { message: /finite/ })
  t.throws(() => literal(Number.POSITIVE_INFINITY), { message: /finite/ })
})

test('any name without NUL can be quoted, and one with it is refused', async (t) => {
  for (const name of NASTY_TEXTS.filter((text) => text !== '' && !text.includes('\0'))) {
    t.is(await evaluated(`1 FROM (SELECT 1 AS ${identifier(name)}) WHERE ${identifier(name)} = 1`), 1)
  }
  t.throws(() => identifier('a\0b'), { message: /NUL/ })
})
