import test from 'ava'
import { createDeaths } from '../../src/load/deaths.ts'

const loading = (batch: string) => ({ batch, divides: true })

test('a death is laid to the one batch that was being loaded, and counted in a row', (t) => {
  const deaths = createDeaths()
  for (const times of [1, 2, 3]) {
    deaths.loads('duckdb', loading('b-1'))
    t.deepEqual(deaths.died(times > 1), [loading('b-1')])
    t.deepEqual(deaths.list(), [{ destination: 'duckdb', batch: 'b-1', times, ofMemory: times > 1 }])
    t.true(deaths.inTurn())
  }
})

test('a batch that was loaded, or another one, takes the count away', (t) => {
  for (const next of [null, loading('b-2')]) {
    const deaths = createDeaths()
    deaths.loads('duckdb', loading('b-1'))
    deaths.died(true)
    deaths.loads('duckdb', next)
    t.deepEqual(deaths.list(), [])
    t.false(deaths.inTurn())
  }
})

test('where two batches were being loaded, none is blamed, and they are loaded in turn from then on', (t) => {
  const deaths = createDeaths()
  deaths.loads('duckdb', loading('b-1'))
  deaths.loads('csv', loading('c-1'))
  t.deepEqual(deaths.died(true), [loading('b-1'), loading('c-1')])
  t.deepEqual(deaths.list(), [])
  t.true(deaths.inTurn())
})

test('a death while nothing was being loaded blames no batch', (t) => {
  const deaths = createDeaths()
  deaths.loads('duckdb', loading('b-1'))
  deaths.loads('duckdb', null)
  t.deepEqual(deaths.died(true), [])
  t.false(deaths.inTurn())
})
