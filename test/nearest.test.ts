import test from 'ava'
import { nearest, nearestFew, suggestion } from '../src/nearest.ts'

test('the fewest edits win, in any case, and nothing far away is near', (t) => {
  t.is(nearest('resposnes', ['users', 'responses', 'response_tags']), 'responses')
  t.is(nearest('NPS-by-month', ['nps', 'nps_by_month']), 'nps_by_month')
  t.is(nearest('xyzzy', ['users', 'responses']), undefined)
})

test('names that begin nearly so or hold the word are near too, after whole ones', (t) => {
  t.deepEqual(nearestFew('response', ['response_tags', 'responses'], 3), ['responses', 'response_tags'])
  t.deepEqual(nearestFew('month', ['users', 'nps_by_month'], 3), ['nps_by_month'])
})

test('what is near is suggested, else what there is, of many the first', (t) => {
  t.is(suggestion('usr', ['users', 'tags']), 'did you mean users?')
  t.is(suggestion('xyzzy', ['users', 'tags']), 'there are: users, tags')
  t.is(suggestion('', ['users', 'tags']), 'there are: users, tags')
  t.regex(
    suggestion(
      'xyzzy',
      Array.from({ length: 25 }, (_, at) => `table_${at}`),
    ),
    /table_19 and 5 more$/,
  )
})
