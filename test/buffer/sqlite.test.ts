import { sqlitePlace } from '../support/buffers.ts'
import { conforms } from './conformance.ts'

conforms('sqlite', sqlitePlace)
