import { duckdbWarehouse } from '../support/duckdb-warehouse.ts'
import { conforms } from './conformance.ts'

conforms('duckdb', duckdbWarehouse)
