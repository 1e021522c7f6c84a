/** The file of the warehouse, for whoever loads into it: opened, and made first where there is none. */
import { existsSync } from 'node:fs'
import { columnNames } from '../../../../schemas/tables/views.ts'
import { tables } from '../../../../schemas/tables.ts'
import { type Client, openClient } from '../client.ts'
import { isHeld } from '../errors.ts'
import { ensureSchema } from '../schema.ts'
import { isUnfinished, makeFile } from './create.ts'

/** That are made here; views are made later, by what is in these. */
export const TABLES = [...tables, columnNames]

/**
 * Opens the file for writing. Makes it, with its tables, where there is none, or one that was not finished.
 * @param memory times the usual
 * @param onNotice told what was found in the way
 */
export async function openWhole(
  path: string,
  memory: number,
  onNotice: (text: string) => void = () => {},
): Promise<Client> {
  const make = async () => {
    const found = await makeFile(path, (temporary) => fillFile(temporary, memory))
    if (found !== undefined) onNotice(found)
  }
  if (!existsSync(path)) await make()
  try {
    return await openClient(path, memory)
  } catch (error) {
    // Who is making it now, has it locked.
    if (isHeld(error) || !isUnfinished(path)) throw error
    await make()
    return openClient(path, memory)
  }
}

async function fillFile(path: string, memory: number): Promise<void> {
  const { connection, close } = await openClient(path, memory)
  try {
    await ensureSchema(connection, path, TABLES)
    // Closing does it as well, but says nothing when it fails.
    await connection.run('CHECKPOINT')
  } finally {
    close()
  }
}
