import { memoryPlace } from '../support/buffers.ts'
import { conforms } from './conformance.ts'

conforms('memory', memoryPlace)
