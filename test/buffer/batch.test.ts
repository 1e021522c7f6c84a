import test from 'ava'
import { batchOf } from '../../src/buffer/batch.ts'
import { stored } from '../support/flattening.ts'

test('the same positions of a buffer that was restored from a copy are another batch when they hold other events', (t) => {
  const lost = { ...stored({}, 7), id: 'a'.repeat(32) }
  const later = { ...stored({}, 7), id: 'b'.repeat(32) }
  t.is(batchOf('abcd1234', null, [lost])?.id, batchOf('abcd1234', null, [{ ...lost }])?.id)
  t.not(batchOf('abcd1234', null, [lost])?.id, batchOf('abcd1234', null, [later])?.id)
})
