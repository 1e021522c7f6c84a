/** Where a request goes, by its URL alone. */
import { WEBHOOK_PATH } from './answers.ts'

export interface Target {
  readonly path: string
  /** Without the `?`. */
  readonly query: string
  /** Of a webhook's path, what follows it: a secret, or ''. null: another path. */
  readonly segment: string | null
}

/** What an absolute URL has before its path; such a request line is to be taken by any server (RFC 9112, section 3.2.2). */
const AUTHORITY = /^https?:\/\/[^/?#]*/i

/** @param line as in the request line: a path, or an absolute URL */
export function targetOf(line: string): Target {
  const rest = line.replace(AUTHORITY, '')
  const url = rest.startsWith('/') || rest === line ? rest : `/${rest}`
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  const query = mark === -1 ? '' : url.slice(mark + 1)
  return { path, query, segment: segmentOf(path) }
}

function segmentOf(path: string): string | null {
  if (path === WEBHOOK_PATH) return ''
  if (!path.startsWith(`${WEBHOOK_PATH}/`)) return null
  const segment = path.slice(WEBHOOK_PATH.length + 1)
  return segment.includes('/') ? null : segment
}
