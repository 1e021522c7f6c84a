import { memoryWarehouse } from '../support/warehouses.ts'
import { conforms } from './conformance.ts'

conforms('memory', memoryWarehouse)
