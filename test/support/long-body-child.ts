/** Reads one body of so many bytes that is a long list, as the receiver does (`check`) or as the loader does (`flatten`). */
import { eventId } from '../../src/buffer/buffer.ts'
import { flatten } from '../../src/flatten/flatten.ts'
import { UNSET } from '../../src/flatten/options.ts'
import { checkBody } from '../../src/receiver/accept.ts'

const [what, unit = '', bytes] = process.argv.slice(2)
const list = `[${unit.repeat(Number(bytes) / unit.length).slice(0, -1)}]`
const body = `{"uuid":"u","triggered_event":"Completed Survey","form":{"uuid":"f","name":"n"},"response":{"uuid":"r","data":{"q":${list}}}}`
if (what === 'check') process.exitCode = checkBody(Buffer.from(body)).ok ? 0 : 1
else {
  const event = { id: eventId(body), seq: 1, receivedAt: 1_735_689_600_000_000, source: 'webhook', body } as const
  flatten({ id: 'b-1', follows: null, firstSeq: 1, lastSeq: 1, events: [event] }, UNSET)
}
