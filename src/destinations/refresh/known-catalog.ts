/** What a warehouse knows already: after a start, none of it is news. */
import { type Catalog, questionKey } from '../catalog.ts'
import { SEVERAL } from '../column-types.ts'
import { type Known, MOST_KNOWN } from '../known.ts'

/** The flag after those of kinds and of several values. */
const LIST = 2 * SEVERAL

/** Notes it as batches would have brought it. @param catalog of all surveys, from which the views were made */
export function noteCatalog(known: Known, catalog: Catalog): void {
  for (const { formUuid, name, version } of catalog.forms) known.isRenamed(formUuid, name, version)
  noteQuestions(known, catalog)
  for (const { formUuid, name, item, kinds, isList, position } of catalog.items) {
    known.hasMore('item', [formUuid, name, item], kinds + (isList ? LIST : 0), position)
  }
  // Those would leave no room for what comes, and all would be forgotten.
  if (catalog.formAttributes.length > MOST_KNOWN / 2) return
  for (const { formUuid, scope, name, kinds } of catalog.formAttributes) {
    known.hasMore('attribute', [scope, name], kinds)
    known.hasMoreIn(formUuid, [scope, name], kinds)
  }
}

function noteQuestions(known: Known, { questions, context, names }: Catalog): void {
  const given = new Set(
    names.flatMap(({ scope, formUuid, name, valueType }) =>
      scope === 'question' && valueType !== null ? [questionKey(formUuid, name)] : [],
    ),
  )
  for (const { formUuid, name, bodyPosition, isSeenBeforeAnswer } of questions) {
    known.hasMore('question', [formUuid, name], isSeenBeforeAnswer ? 1 : 0, bodyPosition)
    const key = questionKey(formUuid, name)
    // What is context stays so, and so does a question whose column has its type.
    if (isSeenBeforeAnswer && !context.has(key) && !given.has(key)) known.hasMore('early', [formUuid], 1)
  }
}
