import test from 'ava'
import { createNovelty } from '../../src/destinations/novelty.ts'
import { event, FORM, flattened } from '../support/flattening.ts'

const answered = (data: object, fields: object = {}) => flattened(event(fields, { data }))

test('at first everything may be new, and nothing is once views were made', (t) => {
  const novelty = createNovelty()
  t.is(novelty.surveys(), 'all')
  novelty.settle()
  t.is(novelty.surveys(), undefined)
})

test('a question, an item, a wider type and a new name are news of their survey; more of the same is not', (t) => {
  const novelty = createNovelty()
  novelty.notice(answered({ nps: 9, m: { speed: 1 } }))
  for (const data of [{ other: 1 }, { m: { design: 1 } }, { nps: 'x' }, { nps: [1] }]) {
    novelty.settle()
    novelty.notice(answered({ nps: 8, m: { speed: 3 } }))
    t.is(novelty.surveys(), undefined)
    novelty.notice(answered(data))
    t.deepEqual(novelty.surveys(), new Set([FORM]))
  }
  novelty.settle()
  novelty.notice(answered({}, { form: { uuid: FORM, name: 'Renamed' } }))
  t.deepEqual(novelty.surveys(), new Set([FORM]))
})

test('a survey that gets an old name back is news', (t) => {
  const novelty = createNovelty()
  for (const name of ['Old', 'New', 'Old']) {
    novelty.notice(answered({}, { form: { uuid: FORM, name } }))
    t.truthy(novelty.surveys(), name)
    novelty.settle()
  }
})

test('an attribute is news of every survey', (t) => {
  const novelty = createNovelty()
  novelty.settle()
  novelty.notice(answered({}, { attributes: { plan: 'free' } }))
  t.is(novelty.surveys(), 'all')
})
