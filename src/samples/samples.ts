/**
 * Survey traffic as Refiner sends it, invented: many responses at once, users who come back. The same seed gives the
 * same events. Memory does not grow with their number: users, accounts and responses under way are bounded.
 */
import type { JsonObject } from '../../schemas/records.ts'
import { advance, type Lifecycle, type NamedThing, openLifecycle } from './lifecycle.ts'
import { type Account, createAccount, createUser, type User } from './people.ts'
import { createQueue } from './queue.ts'
import { createRandom, type Random } from './random.ts'
import { createSurveys } from './surveys.ts'
import { timeText } from './time.ts'
import { uuidAt } from './uuid.ts'

export interface SampleOptions {
  readonly seed: number
  readonly count: number
  /** When the first survey is shown. */
  readonly start: Date
  /** Mean seconds from one survey shown to the next; 20 if not given. */
  readonly secondsBetween?: number
}

const SECONDS_BETWEEN = 20
const MAX_USERS = 10_000
const MAX_ACCOUNTS = 2_000
/** Forms, segments and tags were made at one time before all samples, and keep their uuids whatever the seed. */
const CREATED = Date.UTC(2024, 0, 15, 9) / 1000
const SEGMENTS = [
  'All Users',
  'Free Users',
  'Paying Users',
  'Promoters',
  'Passives',
  'Detractors',
  'Not Asked Yet',
  'Admins',
  'New Users',
  'Power Users',
]
const TAGS = ['follow up', 'bug', 'feature request', 'quote', 'churn risk']

/** Bodies of webhooks in the order of their times, to be sent as JSON. */
export function* sampleEvents(options: SampleOptions): Generator<JsonObject, void> {
  for (const moment of moments(options)) yield payload(moment)
}

/** Seconds from the start to the last of these events. */
export function sampleSpan(options: SampleOptions): number {
  const start = Math.floor(options.start.getTime() / 1000)
  let last = start
  for (const { at } of moments(options)) last = at
  return last - start
}

interface Moment {
  /** Seconds since 1970. */
  readonly at: number
  /** As it is then: it changes with the next moment. */
  readonly life: Lifecycle
  readonly trigger: string
  readonly project: string
  readonly segments: readonly NamedThing[]
}

function* moments({ seed, count, start, secondsBetween = SECONDS_BETWEEN }: SampleOptions): Generator<Moment, void> {
  const constant = createRandom(1)
  const named = (name: string): NamedThing => ({ uuid: uuidAt(CREATED, constant), name })
  const project = uuidAt(CREATED, constant)
  const surveys = createSurveys(constant, CREATED)
  const segments = SEGMENTS.map(named)
  const tags = TAGS.map(named)

  const random = createRandom(seed)
  const nextUser = createPopulation(random)
  const underWay = createQueue()
  let now = Math.floor(start.getTime() / 1000)
  for (let sent = 0; sent < count; sent++) {
    let life = underWay.takeBefore(now)
    if (life === undefined) {
      life = openLifecycle(nextUser(now), random.pick(surveys), now, random)
      now += Math.ceil(random.gap(secondsBetween))
    }
    const at = life.due
    const { trigger, next } = advance(life, tags[random.below(tags.length)] ?? named('other'), random)
    yield { at, life, trigger, project, segments: segmentsOf(life.user, at, segments) }
    if (next !== null) {
      life.due = next
      underWay.add(life)
    }
  }
}

/** Who is asked next: someone new, or someone known. Beyond the bounds, new ones take the places of known ones. */
function createPopulation(random: Random): (now: number) => User {
  const users: User[] = []
  const accounts: Account[] = []
  let made = 0
  const account = (now: number) => {
    const known = accounts[random.below(accounts.length)]
    if (known !== undefined && known.firstSeen < now && random.chance(0.4)) return known
    const place = accounts.length < MAX_ACCOUNTS ? accounts.length : random.below(MAX_ACCOUNTS)
    const fresh = createAccount(made, now, random)
    accounts[place] = fresh
    return fresh
  }
  return (now) => {
    const known = users[random.below(users.length)]
    if (known !== undefined && random.chance(0.6)) return known
    const place = users.length < MAX_USERS ? users.length : random.below(MAX_USERS)
    const fresh = createUser(++made, account(now), now, random)
    users[place] = fresh
    return fresh
  }
}

/** Four of the ten: everyone's, by plan, by score, and by what they are. */
function segmentsOf(user: User, now: number, all: readonly NamedThing[]): NamedThing[] {
  const score = user.attributes.nps
  const byScore = score === null ? 6 : Number(score) >= 9 ? 3 : Number(score) >= 7 ? 4 : 5
  const byKind = user.attributes.is_admin ? 7 : now - user.firstSeen < 30 * 86_400 ? 8 : 9
  const chosen = [0, user.account.plan === 'free' ? 1 : 2, byScore, byKind]
  return chosen.flatMap((index) => all[index] ?? [])
}

const timeOrNull = (seconds: number | null) => (seconds === null ? null : timeText(seconds))

/** Empty data is `[]`, as Refiner's PHP writes it. */
const payload = ({ life, trigger, project, segments }: Moment): JsonObject => ({
  uuid: life.user.uuid,
  project_uuid: project,
  remote_id: life.user.remoteId,
  email: life.user.email,
  display_name: life.user.displayName,
  first_seen_at: life.user.firstSeenAt,
  last_seen_at: timeText(life.user.lastSeen),
  attributes: { ...life.user.attributes },
  segments: segments.map(({ uuid, name }) => ({ uuid, name })),
  account: {
    uuid: life.user.account.uuid,
    remote_id: life.user.account.remoteId,
    domain: life.user.account.domain,
    first_seen_at: life.user.account.firstSeenAt,
    last_seen_at: timeText(life.user.account.lastSeen),
    attributes: life.user.account.attributes,
  },
  triggered_event: trigger,
  form: { uuid: life.survey.uuid, name: life.survey.name },
  response: {
    uuid: life.uuid,
    first_shown_at: timeText(life.firstShown),
    last_shown_at: timeText(life.lastShown),
    show_counter: null,
    first_data_reception_at: timeOrNull(life.firstData),
    last_data_reception_at: timeOrNull(life.lastData),
    completed_at: timeOrNull(life.completed),
    dismissed_at: timeOrNull(life.dismissed),
    received_at: timeOrNull(life.lastData),
    data: life.lastData === null ? [] : { ...life.data },
    tags: life.tags.map(({ uuid, name }) => ({ uuid, name })),
  },
})
