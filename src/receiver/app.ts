/** The Koa app: one request in, one answer out. */
import type { Context } from 'koa'
import Koa from 'koa'
import { PermanentError, placesOf, reasonOf, TransientError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type Answer, answers, send, sendAccepted, WEBHOOK_METHODS } from './answers.ts'
import type { Condition } from './health.ts'
import type { Pages } from './pages.ts'
import type { Refusals } from './refusals.ts'
import { type Target, targetOf } from './route.ts'
import type { Outcome, Webhook } from './webhook.ts'

export interface AppOptions {
  readonly webhook: Webhook
  /** Whether a secret may follow the webhook's path. */
  readonly secretInPath: boolean
  readonly pages: Pages
  readonly condition: Condition
  readonly refusals: Refusals
  readonly log: Log
}

export function createApp(options: AppOptions): Koa {
  const { refusals, log } = options
  const app = new Koa()
  // What is left for Koa to report are connections that broke off: nothing was acknowledged on them.
  app.on('error', () => log.debug('a connection broke off'))
  app.use(async (context) => {
    const outcome = await outcomeOf(context, options)
    if (outcome === 'left') {
      context.respond = false
      log.debug('the sender went away')
    } else if ('outcome' in outcome) {
      sendAccepted(context, outcome.id, outcome.outcome)
      log.debug({ event_id: outcome.id, outcome: outcome.outcome }, 'answered 202')
    } else {
      if (isRefusal(context.method, outcome.status)) refusals.count(outcome.status)
      send(context, outcome)
    }
  })
  return app
}

async function outcomeOf(context: Context, options: AppOptions): Promise<Outcome> {
  try {
    return await dispatch(context, options)
  } catch (error) {
    if (error instanceof TransientError) return answers.unavailable('read the buffer: it is busy; ask again later')
    options.log.error(describe(error), 'handling a request failed')
    return answers.bug
  }
}

function dispatch(
  context: Context,
  { webhook, secretInPath, pages, condition }: AppOptions,
): Promise<Outcome> | Answer {
  const target = targetOf(context.req.url ?? '/')
  if (isWebhook(target, secretInPath)) {
    const handle = handlerOf(webhook, context.method)
    if (handle === undefined) return answers.wrongMethod(WEBHOOK_METHODS)
    if (condition.stopping) return answers.unavailable('take the event: the receiver is stopping; send it again later')
    return handle(context.req, { headers: context.req.headers, query: target.query, segment: target.segment })
  }
  const page = pages.get(target.path)
  if (page === undefined) return answers.noSuchPath
  return context.method === 'GET' || context.method === 'HEAD' ? page() : answers.wrongMethod('GET, HEAD')
}

function handlerOf({ receive, probe }: Webhook, method: string): Webhook['receive'] | undefined {
  if (method === 'POST') return receive
  return method === 'HEAD' || method === 'OPTIONS' ? probe : undefined
}

/** What a sender has to learn of: a probe that is refused says that its events would be. */
const isRefusal = (method: string, status: number) => (method === 'POST' && status >= 400) || status === 401

const isWebhook = (target: Target, secretInPath: boolean): target is Target & { segment: string } =>
  target.segment !== null && (secretInPath || target.segment === '')

/** A message of someone else's may quote what it choked on, so of an unknown error only its kind and place are told. */
function describe(error: unknown): object {
  if (error instanceof PermanentError) return { reason: reasonOf(error) }
  return { reason: reasonOf(error), ...(error instanceof Error && { at: placesOf(error).slice(0, 5) }) }
}
