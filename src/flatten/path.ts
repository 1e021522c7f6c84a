/** Places inside a JSON value, as text that no two places share: `matrix.speed[0]`. */

const SPECIAL = /[.[\\]/
const EVERY_SPECIAL = /[.[\\]/g

/** A key as part of a path: `.`, `[` and `\` get a backslash. */
export function escapeKey(key: string): string {
  return SPECIAL.test(key) ? key.replace(EVERY_SPECIAL, '\\$&') : key
}

/** The place of a key at the top (`parent` undefined) or inside another place. */
export function keyPath(parent: string | undefined, key: string): string {
  return parent === undefined ? escapeKey(key) : `${parent}.${escapeKey(key)}`
}

export function positionPath(parent: string | undefined, position: number): string {
  return `${parent ?? ''}[${position}]`
}
