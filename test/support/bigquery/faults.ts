/** What goes wrong, by name, at a step of the loader. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, answerOf, proto, Refused } from './answers.ts'
import type { Request, Step } from './routes.ts'
import { type FakeJob, stateTable, type World } from './world.ts'

/** Answered in place of being done. */
const REFUSALS = {
  reject: [403, 'accessDenied'],
  'rate limit': [403, 'rateLimitExceeded'],
  'no billing': [403, 'billingNotEnabled'],
  unavailable: [503, 'backendError'],
  'not found': [404, 'notFound'],
} as const

/** The job is made, and ends so. */
const JOB_ENDS = {
  'done with backendError': proto('backendError'),
  'done with quotaExceeded': proto('quotaExceeded'),
  'done with accessDenied': proto('accessDenied'),
  'done with notFound': proto('notFound'),
  'done with invalid': proto('invalid'),
  'done with too few rows': { load: { outputRows: '0' } },
  'done with a conflict': proto('invalidQuery', 'Transaction is aborted due to concurrent update against table'),
} as const

const JOB_HANGS = {
  'pending for ever': { waits: Number.POSITIVE_INFINITY },
  'running for ever': { waits: 0, runs: Number.POSITIVE_INFINITY },
} as const

export type Fault =
  | keyof typeof REFUSALS
  | keyof typeof JOB_ENDS
  /** The connection breaks, and nothing was done. */
  | 'reset'
  /** So, while the rows are on their way; of an upload alone. */
  | 'reset in the middle'
  /** The connection breaks in the middle of the answer, and it was done. */
  | 'reply cut'
  /** Done, and then the connection breaks. */
  | 'reply lost'
  /** No answer ever, and nothing was done. */
  | 'silence'
  /** 200 with a page of a proxy, or with nothing; nothing was done. */
  | 'a page'
  | 'nothing'
  /** Done, but the answer is that somebody did it before. */
  | 'known id'
  /** The job does all that it should, and says that it failed. */
  | 'done, but told as backendError'
  /** The job waits, or runs, until `goOn`. */
  | keyof typeof JOB_HANGS
  /** Somebody adds a column just before. */
  | 'another change'
  /** Somebody loads another batch just before. */
  | 'a second loader'

export interface Planned {
  readonly step: Step
  readonly fault: Fault
  /** So many times the step is left alone first. */
  after: number
  times: number
}

/** The fault that is to happen now. @param early before the body of the request is there */
export function due(planned: readonly Planned[], step: Step, early: boolean): Fault | undefined {
  for (const plan of planned) {
    if (plan.step !== step || plan.times === 0 || (plan.fault === 'reset in the middle') !== early) continue
    if (plan.after > 0) {
      plan.after -= 1
      continue
    }
    plan.times -= 1
    return plan.fault
  }
  return undefined
}

/** What becomes of the connection; an answer otherwise. */
export type Outcome = Answer | 'broken' | 'cut' | 'silent'

type Handle = (world: World) => Promise<Answer>

export async function suffer(fault: Fault, world: World, request: Request, handle: Handle): Promise<Outcome> {
  const refusal = within(REFUSALS, fault)
  if (refusal !== undefined) throw new Refused(refusal[0], refusal[1])
  const end = within(JOB_ENDS, fault)
  if (end !== undefined) return withNewJob(world, handle, (job) => Object.assign(job, { run: async () => end }))
  if (fault === 'done, but told as backendError') return withNewJob(world, handle, lie)
  const hang = within(JOB_HANGS, fault)
  if (hang !== undefined) return withNewJob(world, handle, (job) => Object.assign(job, hang))
  if (fault === 'silence') return 'silent'
  if (fault === 'a page') return { status: 200, body: '<html>Log in to the network</html>' }
  if (fault === 'nothing') return { status: 200, body: '' }
  if (fault === 'another change') change(world, request)
  if (fault === 'a second loader') moveFence(world)
  if (fault === 'reset') return 'broken'
  const answer = await handle(world).catch(answerOf)
  if (fault === 'reply lost') return 'broken'
  if (fault === 'reply cut') return 'cut'
  if (fault === 'known id') throw new Refused(409, 'duplicate')
  return answer
}

function within<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

async function withNewJob(world: World, handle: Handle, change: (job: FakeJob) => void): Promise<Answer> {
  const before = new Set(world.jobs.keys())
  const answer = await handle(world)
  for (const [id, job] of world.jobs) if (!before.has(id)) change(job)
  return answer
}

function lie(job: FakeJob): void {
  const { run } = job
  Object.assign(job, {
    async run() {
      await run()
      return proto('backendError')
    },
  })
}

function change(world: World, { url }: Request): void {
  const name = url.pathname.split('/').at(-1)
  for (const [path, table] of world.tables) if (path.endsWith(`.${name}`)) table.etag += 1
}

function moveFence(world: World): void {
  for (const row of stateTable(world).rows) row['last_batch'] = 'of-another-loader'
}

/** Ends every wait. */
export async function goOn(world: World): Promise<void> {
  for (const job of world.jobs.values()) Object.assign(job, { waits: 0, runs: 0 })
  await pause(0)
}
