import { csvWarehouse } from '../support/warehouses.ts'
import { conforms } from './conformance.ts'

conforms('csv', csvWarehouse)
