/** BigQuery as a destination, on a real SQL engine: it keeps the promises of every destination, and ends in the same tables. */
import { conforms } from '../destinations/conformance.ts'
import { endsAlikeInAnyOrder } from '../destinations/conformance-order.ts'
import { endsAsEveryOther } from '../destinations/conformance-parity.ts'
import { bigqueryWarehouse } from '../support/bigquery-warehouse.ts'
import { RUNS } from './with-emulator.ts'

conforms('bigquery', bigqueryWarehouse, RUNS)
endsAlikeInAnyOrder('bigquery', bigqueryWarehouse, RUNS)
endsAsEveryOther('bigquery', bigqueryWarehouse)
