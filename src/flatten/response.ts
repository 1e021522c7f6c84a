/** Reads the survey response of a payload. */
import type { JsonObject, RejectedValue, ResponseRecord, Status } from '../../schemas/records.ts'
import { hasAnswer } from './answers.ts'
import type { IsContext } from './context.ts'
import { type Cell, identifier, integer, object, time } from './fields.ts'
import { readItems, TAGS } from './items.ts'
import { affordsData, type Budget } from './oversized.ts'
import type { SentResponse } from './payload.ts'

const cell = (name: string, column: string): Cell => ({ path: `response.${name}`, table: 'responses', column })

const FIRST_SHOWN_AT = cell('first_shown_at', 'first_shown_at')
const LAST_SHOWN_AT = cell('last_shown_at', 'last_shown_at')
const SHOW_COUNTER = cell('show_counter', 'show_counter')
const FIRST_DATA_RECEPTION_AT = cell('first_data_reception_at', 'first_data_reception_at')
const LAST_DATA_RECEPTION_AT = cell('last_data_reception_at', 'last_data_reception_at')
const COMPLETED_AT = cell('completed_at', 'completed_at')
const DISMISSED_AT = cell('dismissed_at', 'dismissed_at')
const RECEIVED_AT = cell('received_at', 'received_at')
const DATA = cell('data', 'answers')

export function readResponse(
  sent: SentResponse,
  isContext: IsContext,
  budget: Budget,
  rejected: RejectedValue[],
): ResponseRecord {
  const completedAt = time(sent.completed_at, COMPLETED_AT, rejected)
  const dismissedAt = time(sent.dismissed_at, DISMISSED_AT, rejected)
  const data = object(sent.data, DATA, rejected)
  return {
    uuid: identifier(sent.uuid),
    status: statusOf(completedAt, dismissedAt, isAnswered(data, isContext)),
    firstShownAt: time(sent.first_shown_at, FIRST_SHOWN_AT, rejected),
    lastShownAt: time(sent.last_shown_at, LAST_SHOWN_AT, rejected),
    showCounter: integer(sent.show_counter, SHOW_COUNTER, rejected),
    firstDataReceptionAt: time(sent.first_data_reception_at, FIRST_DATA_RECEPTION_AT, rejected),
    lastDataReceptionAt: time(sent.last_data_reception_at, LAST_DATA_RECEPTION_AT, rejected),
    completedAt,
    dismissedAt,
    receivedAt: time(sent.received_at, RECEIVED_AT, rejected),
    data,
    dataInRows: affordsData(budget, data, DATA, rejected),
    tags: readItems(sent.tags, TAGS, budget, rejected),
  }
}

/** The times of a response are no sign of an answer: the vendor's sample has answers without them. */
function isAnswered(data: JsonObject | undefined, isContext: IsContext): boolean {
  for (const question in data) if (!isContext(question) && hasAnswer(data[question])) return true
  return false
}

function statusOf(completedAt: string | null, dismissedAt: string | null, isPartial: boolean): Status {
  if (completedAt !== null) return 'completed'
  if (dismissedAt !== null) return 'dismissed'
  return isPartial ? 'partial' : 'seen'
}
