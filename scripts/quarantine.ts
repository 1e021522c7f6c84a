/** `npm run quarantine`: what was set aside, and the way back in. */
import { Command } from 'commander'
import type { EventBuffer } from '../src/buffer/buffer.ts'
import { checkBody } from '../src/receiver/accept.ts'
import { contentOf } from '../src/receiver/content.ts'
import { openExistingBuffer } from '../src/stores.ts'
import { runCommand } from './command.ts'
import { formatTable } from './table.ts'
import { note, printableLines, say } from './terminal.ts'

let action: (buffer: EventBuffer) => Promise<boolean>

const program = new Command('npm run quarantine --').description(
  'Bodies that were received from a known sender but could not be accepted. Safe while the server runs.',
)
program
  .command('list')
  .description('what is there, oldest first, and why')
  .action(() => {
    action = list
  })
program
  .command('show <id>')
  .description('the reason, then the body as it was sent (it may hold personal data)')
  .action((id: string) => {
    action = (buffer) => show(buffer, id)
  })
program
  .command('replay [ids...]')
  .description('send bodies through the door again, after a fix; all of them if none is named')
  .action((ids: string[]) => {
    action = (buffer) => replay(buffer, ids)
  })
program
  .command('drop <ids...>')
  .description('forget bodies for good; they stay counted')
  .action((ids: string[]) => {
    action = (buffer) => drop(buffer, ids)
  })

await runCommand(program, async (config) => {
  const buffer = openExistingBuffer(config)
  try {
    return await action(buffer)
  } finally {
    await buffer.close()
  }
})

async function list(buffer: EventBuffer): Promise<boolean> {
  const items = await buffer.listQuarantined()
  if (items.length === 0) say('The quarantine is empty.')
  else {
    const rows = items.map(({ id, receivedAt, bytes, reason }) => [id, isoTime(receivedAt), bytes, reason])
    say(formatTable(['id', 'received_at', 'bytes', 'reason'], rows))
  }
  const { overflowed } = (await buffer.stats()).quarantine
  if (overflowed > 0)
    say(`${overflowed} more came while the quarantine was full: they were refused, counted and not kept.`)
  return true
}

async function show(buffer: EventBuffer, id: string): Promise<boolean> {
  const item = await buffer.readQuarantined(id)
  if (item === undefined) return unknown(id)
  say(`${item.reason}\nreceived at ${isoTime(item.receivedAt)}, ${item.body.length} bytes:\n`)
  // What reads it from a pipe gets its bytes.
  process.stdout.write(process.stdout.isTTY ? printableLines(item.body.toString()) : item.body)
  say('')
  return true
}

async function replay(buffer: EventBuffer, named: readonly string[]): Promise<boolean> {
  const ids = named.length > 0 ? named : (await buffer.listQuarantined()).map(({ id }) => id)
  const counts = { accepted: 0, duplicate: 0, refused: 0 }
  let found = true
  for (const id of ids) {
    const item = await buffer.readQuarantined(id)
    if (item === undefined) {
      found = unknown(id)
      continue
    }
    const checked = checkBody(item.body)
    if (checked.ok) {
      const outcome = await buffer.release(id, contentOf(item.body))
      if (outcome !== 'unknown') counts[outcome]++
    } else {
      counts.refused++
      say(`${id} stays: ${checked.reason}`)
    }
  }
  say(`${counts.accepted} accepted, ${counts.duplicate} known already, ${counts.refused} still refused.`)
  return found && counts.refused === 0
}

async function drop(buffer: EventBuffer, ids: readonly string[]): Promise<boolean> {
  let found = true
  for (const id of ids) {
    if (await buffer.dropQuarantined(id)) say(`${id} dropped`)
    else found = unknown(id)
  }
  return found
}

function unknown(id: string): false {
  note(`find ${id} in the quarantine: it is not there; npm run quarantine -- list shows what is`)
  return false
}

function isoTime(microseconds: number): string {
  return new Date(microseconds / 1000).toISOString()
}
