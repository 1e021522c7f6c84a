/** BigQuery as a destination, on a real SQL engine: it keeps the promises of every destination, and ends in the same tables. */
import { conforms } from '../destinations/conformance.ts'
import { endsAlikeInAnyOrder } from '../destinations/conformance-order.ts'
import { bigqueryWarehouse } from '../support/bigquery-warehouse.ts'

/** A batch takes a second here. */
const RUNS = 4

conforms('bigquery', bigqueryWarehouse, RUNS)
endsAlikeInAnyOrder('bigquery', bigqueryWarehouse, RUNS)
