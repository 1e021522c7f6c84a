import test from 'ava'
import { leastBytes, leastBytesOfLoad, monthlyDollars } from '../../src/destinations/bigquery/cost.ts'

const MB = 1024 ** 2

test('each table that a statement refers to is billed for 10 MB, however often it stands there', (t) => {
  t.is(leastBytes(['SELECT * FROM `a-b`.`c`.`d`']), 10 * MB)
  t.is(leastBytes(['MERGE `p`.`d`.`t` AS T USING `p`.`s`.`t` AS S ON T.`k` = S.`k`']), 20 * MB)
  t.is(leastBytes(['DELETE FROM `p`.`d`.`t` WHERE x IN (SELECT x FROM `p`.`d`.`t`)', 'COMMIT TRANSACTION']), 10 * MB)
})

test('a whole load counts the fence, the merges and the replaced children', (t) => {
  // 2 of the fence; 2 of loads; 14 merges of 2 tables; 8 child tables: deletes of 3, inserts of 4.
  t.is(leastBytesOfLoad(), (2 + 2 + 14 * 2 + 8 * 3 + 8 * 4) * 10 * MB)
})

test('a price is for 30 days and 1 TiB at 6.25 dollars', (t) => {
  t.is(monthlyDollars(1024 ** 4, 1), 30 * 6.25)
  t.is(monthlyDollars(1024 ** 4 / 30, 2), 12.5)
})
