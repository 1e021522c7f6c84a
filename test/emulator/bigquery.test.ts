/** BigQuery as a destination, on a real SQL engine: the same promises as every other. */
import { conforms } from '../destinations/conformance.ts'
import { bigqueryWarehouse } from '../support/bigquery-warehouse.ts'

conforms('bigquery', bigqueryWarehouse, 5)
