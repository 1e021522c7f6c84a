/** Who is asked: invented users in invented accounts, with the traits that a software company would send. */
import type { JsonValue } from '../../schemas/records.ts'
import type { Random } from './random.ts'
import { timeText } from './time.ts'
import { uuidAt } from './uuid.ts'

export interface Account {
  readonly uuid: string
  readonly remoteId: string
  readonly domain: string
  /** Seconds since 1970, as is `lastSeen`. */
  readonly firstSeen: number
  readonly firstSeenAt: string
  lastSeen: number
  readonly plan: string
  readonly attributes: Readonly<Record<string, JsonValue>>
}

export interface User {
  readonly uuid: string
  readonly remoteId: string | null
  readonly email: string | null
  readonly displayName: string | null
  readonly account: Account
  /** Seconds since 1970, as is `lastSeen`. */
  readonly firstSeen: number
  readonly firstSeenAt: string
  lastSeen: number
  /** How content they are by nature; 0 is the average. */
  readonly mood: number
  views: number
  submissions: number
  readonly attributes: Traits
}

export interface Traits {
  [name: string]: JsonValue
  is_admin: boolean
  nps: JsonValue
  form_views_count: string
  form_submissions_count: string
  last_form_submission_at: string | null
}

interface Plan {
  readonly plan: string
  readonly mood: number
  readonly seats: number
  readonly mrr: number
}

/** Plans from the least to the most content, so that NPS by plan has something to tell. */
const PLANS: readonly [Plan, ...Plan[]] = [
  { plan: 'free', mood: -0.7, seats: 3, mrr: 0 },
  { plan: 'starter', mood: -0.1, seats: 8, mrr: 49 },
  { plan: 'pro', mood: 0.4, seats: 25, mrr: 199 },
  { plan: 'enterprise', mood: 0.9, seats: 200, mrr: 1990 },
]
const COUNTRIES = ['DE', 'US', 'FR', 'BR', 'IN', 'JP', 'GB', 'SE'] as const
const ROLES = ['developer', 'marketer', 'designer', 'founder', 'analyst', 'support'] as const
const SOURCES = ['ads', 'organic', 'referral', 'partner'] as const
const FIRST_NAMES = ['Ada', 'Björn', 'Chloé', 'Deniz', 'Emeka', 'Fatima', 'Grace', 'Hiro', 'Inês', 'Jonas'] as const
const LAST_NAMES = ['Abara', 'Berg', 'Costa', 'Dubois', 'Ersoy', 'Fischer', 'Gupta', 'Hansen'] as const
const DAY = 86_400

export function createAccount(number: number, now: number, random: Random): Account {
  const { plan, seats, mrr } = random.pick(PLANS)
  const firstSeen = now - Math.ceil(random.gap(120 * DAY))
  return {
    uuid: uuidAt(firstSeen, random),
    remoteId: `acc_${number}`,
    domain: `a${number}.example.com`,
    firstSeen,
    firstSeenAt: timeText(firstSeen),
    lastSeen: firstSeen,
    plan,
    attributes: { plan, seats: 1 + random.below(seats), mrr: String(mrr) },
  }
}

export function createUser(number: number, account: Account, now: number, random: Random): User {
  const anonymous = random.chance(0.05)
  const first = random.pick(FIRST_NAMES)
  const last = random.pick(LAST_NAMES)
  const firstSeen = Math.max(account.firstSeen, now - Math.floor(random.gap((now - account.firstSeen) / 3)))
  const { mood } = PLANS.find(({ plan }) => plan === account.plan) ?? PLANS[0]
  return {
    uuid: uuidAt(firstSeen, random),
    remoteId: anonymous ? null : `usr_${number}`,
    email: anonymous ? null : `user-${number}@example.com`,
    displayName: anonymous ? null : `${first} ${last}`,
    account,
    firstSeen,
    firstSeenAt: timeText(firstSeen),
    lastSeen: firstSeen,
    mood: mood + random.normal() * 0.4,
    views: 0,
    submissions: 0,
    attributes: createTraits(account, firstSeen, random),
  }
}

/** Every trait of the environment, as Refiner sends them: most are unset for most users, and counters are text. */
const createTraits = (account: Account, firstSeen: number, random: Random): Traits => ({
  plan: account.plan,
  role: random.pick(ROLES),
  country: random.pick(COUNTRIES),
  language: random.chance(0.7) ? 'en' : 'de',
  signup_source: random.chance(0.5) ? random.pick(SOURCES) : null,
  trial_ends_at: account.plan === 'free' ? timeText(firstSeen + 14 * DAY) : null,
  is_admin: random.chance(0.2),
  projects_count: random.below(40),
  phone: null,
  company_size: null,
  job_title: null,
  utm_source: null,
  browser: random.chance(0.5) ? 'Firefox' : 'Chrome',
  os: null,
  app_version: null,
  coupon: null,
  billing_cycle: account.plan === 'free' ? null : 'monthly',
  cancelled_at: null,
  newsletter: random.chance(0.3) ? true : null,
  form_views_count: '0',
  form_submissions_count: '0',
  last_form_submission_at: null,
  nps: null,
  nps_reason: null,
  csat: null,
  csat_comment: null,
  ces: null,
  features_used: null,
  heard_from: null,
  satisfaction: null,
  feedback: null,
  would_recommend: null,
})
