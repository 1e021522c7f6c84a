/**
 * Keeps the newest state of each response, and of who gave it, while a batch goes by. The row and each collection are
 * kept by versions of their own, so that the outcome is that of merging event by event.
 */
import { responseAnswers, responseContext, responseNoneChosen } from '../../schemas/tables/answers.ts'
import { respondentSegments, respondents, responses, responseTags } from '../../schemas/tables/responses.ts'
import { leavesOf, noneChosenIn } from './answers.ts'
import { carried, originOf, putMembers } from './children.ts'
import type { IsContext } from './context.ts'
import { outputOf } from './output.ts'
import { isBlank, typed } from './value.ts'
import { newest, type ResponseEvent, respondentVersion, responseVersion, type Version, versionText } from './version.ts'

type Kept = Version<ResponseEvent>

/** Of one response. undefined where no event of the batch carried the collection. */
interface State {
  response: Kept
  answers: Kept | undefined
  tags: Kept | undefined
  respondent: Kept
  attributes: Kept | undefined
  accountAttributes: Kept | undefined
  segments: Kept | undefined
}

type Outputs = ReturnType<typeof outputs>

export function responseRows(isContext: IsContext) {
  const states = new Map<string, State>()
  return {
    add(event: ResponseEvent): void {
      const state = states.get(event.response.uuid)
      const response = responseVersion(event)
      const respondent = respondentVersion(event)
      if (state === undefined) states.set(event.response.uuid, merge(fresh(response, respondent), response, respondent))
      else merge(state, response, respondent)
    },
    rows() {
      const out = outputs()
      for (const state of states.values()) {
        putResponse(out, state, isContext)
        putRespondent(out, state)
      }
      return {
        responses: out.responses.rows,
        response_answers: out.answers.rows,
        response_none_chosen: out.noneChosen.rows,
        response_context: out.context.rows,
        response_tags: out.tags.rows,
        respondents: out.respondents.rows,
        respondent_segments: out.segments.rows,
      }
    },
  }
}

function outputs() {
  return {
    responses: outputOf(responses),
    answers: outputOf(responseAnswers),
    noneChosen: outputOf(responseNoneChosen),
    context: outputOf(responseContext),
    tags: outputOf(responseTags),
    respondents: outputOf(respondents),
    segments: outputOf(respondentSegments),
  }
}

function fresh(response: Kept, respondent: Kept): State {
  return {
    response,
    answers: undefined,
    tags: undefined,
    respondent,
    attributes: undefined,
    accountAttributes: undefined,
    segments: undefined,
  }
}

function merge(state: State, response: Kept, respondent: Kept): State {
  const { event } = response
  state.response = newest(state.response, response)
  state.respondent = newest(state.respondent, respondent)
  if (event.response.data !== undefined) state.answers = newest(state.answers, response)
  if (event.response.tags !== undefined) state.tags = newest(state.tags, response)
  if (event.attributes !== undefined) state.attributes = newest(state.attributes, respondent)
  if (event.account?.attributes !== undefined) state.accountAttributes = newest(state.accountAttributes, respondent)
  if (event.segments !== undefined) state.segments = newest(state.segments, respondent)
  return state
}

function putResponse(out: Outputs, state: State, isContext: IsContext): void {
  const { event } = state.response
  const answers = carried(state.answers, state.answers?.event.response.data)
  const tags = carried(state.tags, state.tags?.event.response.tags)
  out.responses.put({ event, response: event.response, version: versionText(state.response), answers, tags })
  if (state.answers !== undefined) putAnswers(out, state.answers, isContext)
  putMembers(out.tags, event.response.uuid, state.tags?.event.form?.uuid ?? null, tags)
}

function putAnswers(out: Outputs, kept: Kept, isContext: IsContext): void {
  const { userUuid, form, response } = kept.event
  const { uuid: responseUuid, data = {}, dataInRows, lastDataReceptionAt: answeredAt } = response
  if (!dataInRows) return
  const { eventId, arrivedAt, version } = originOf(kept)
  const formUuid = form?.uuid ?? null
  for (const { question, item, choice, isList, sent } of leavesOf(data)) {
    if (typeof sent === 'string' && isBlank(sent)) continue
    const { value, number, boolean, date, timestamp } = typed(sent)
    const output = isContext(question) ? out.context : out.answers
    output.put({
      question,
      item,
      choice,
      isList,
      value,
      number,
      boolean,
      date,
      timestamp,
      responseUuid,
      formUuid,
      userUuid,
      answeredAt,
      eventId,
      arrivedAt,
      version,
    })
  }
  for (const { question, item } of noneChosenIn(data)) {
    if (isContext(question)) continue
    const origin = { eventId, arrivedAt, version }
    out.noneChosen.put({ ...origin, question, item, responseUuid, formUuid, userUuid, answeredAt })
  }
}

function putRespondent(out: Outputs, state: State): void {
  const { event } = state.respondent
  const segments = carried(state.segments, state.segments?.event.segments)
  out.respondents.put({
    event,
    response: event.response,
    version: versionText(state.respondent),
    attributes: carried(state.attributes, state.attributes?.event.attributes),
    accountAttributes: carried(state.accountAttributes, state.accountAttributes?.event.account?.attributes),
    segments,
  })
  putMembers(out.segments, event.response.uuid, state.segments?.event.form?.uuid ?? null, segments)
}
