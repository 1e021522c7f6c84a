/** Reads back what encode.ts wrote. Small files only: the destination needs it for its own manifest. */

/** One field and what ends it: quoted, with doubled quotes inside, or bare. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|$)/y

/** Records of fields, the header first. null: an empty field; '': an empty quoted one. @throws when it is not CSV. */
export function decode(text: string): (string | null)[][] {
  const records: (string | null)[][] = []
  let record: (string | null)[] = []
  FIELD.lastIndex = 0
  while (FIELD.lastIndex < text.length) {
    const start = FIELD.lastIndex
    const [, quoted, bare, end] = FIELD.exec(text) ?? []
    if (end === undefined) throw new Error(`read CSV: character ${start} starts no field; the file was changed`)
    record.push(quoted?.replaceAll('""', '"') ?? (bare === '' ? null : (bare ?? null)))
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}
