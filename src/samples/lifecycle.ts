/**
 * The life of a response, event by event: seen, answered step by step, then completed, dismissed or left; at times
 * tagged later. Its times never go back, and data once given stays.
 */
import type { JsonValue } from '../../schemas/records.ts'
import type { User } from './people.ts'
import type { Random } from './random.ts'
import type { Survey } from './surveys.ts'
import { timeText } from './time.ts'
import { uuidAt } from './uuid.ts'

export interface NamedThing {
  readonly uuid: string
  readonly name: string
}

export interface Lifecycle {
  readonly uuid: string
  readonly user: User
  readonly survey: Survey
  /** When the next event happens, in seconds since 1970. */
  due: number
  step: number
  readonly firstShown: number
  lastShown: number
  firstData: number | null
  lastData: number | null
  completed: number | null
  dismissed: number | null
  readonly data: Record<string, JsonValue>
  tags: readonly NamedThing[]
}

export function openLifecycle(user: User, survey: Survey, now: number, random: Random): Lifecycle {
  user.lastSeen = now
  user.account.lastSeen = Math.max(user.account.lastSeen, now)
  return {
    uuid: uuidAt(now, random),
    user,
    survey,
    due: now,
    step: -1,
    firstShown: now,
    lastShown: now,
    firstData: null,
    lastData: null,
    completed: null,
    dismissed: null,
    data: {},
    tags: [],
  }
}

/** Lets the next thing happen at `due`, and sets the next `due`; null when the life is over. Returns the trigger. */
export function advance(life: Lifecycle, tag: NamedThing, random: Random): { trigger: string; next: number | null } {
  const now = life.due
  if (life.completed !== null) {
    life.tags = [...life.tags, tag]
    return { trigger: 'Tag Added', next: null }
  }
  if (life.step < 0) return show(life, now, random)
  if (life.step < life.survey.steps.length - 1 || life.lastData === null) {
    if (random.chance(life.step === 0 ? 0.25 : 0.06)) return dismiss(life, now)
  }
  return answer(life, now, random)
}

function show(life: Lifecycle, now: number, random: Random) {
  life.lastShown = now
  life.user.attributes.form_views_count = String(++life.user.views)
  if (random.chance(0.05)) return { trigger: 'Saw Survey', next: now + 3600 + random.below(7200) }
  life.step = 0
  const ignored = random.chance(0.15)
  return { trigger: 'Saw Survey', next: ignored ? null : now + 3 + Math.ceil(random.gap(15)) }
}

function dismiss(life: Lifecycle, now: number) {
  life.dismissed = now
  return { trigger: 'Dismissed Survey', next: null }
}

/** Refiner can be set to send partial responses under the trigger of completed ones, without `completed_at`. */
function answer(life: Lifecycle, now: number, random: Random) {
  const { steps } = life.survey
  const given = steps[life.step]?.(life.user.mood, random) ?? {}
  Object.assign(life.data, given)
  for (const question in given)
    if (question in life.user.attributes) life.user.attributes[question] = given[question] ?? null
  life.firstData ??= now
  life.lastData = now
  life.step++
  if (life.step < steps.length) {
    const left = random.chance(0.08)
    return { trigger: 'Completed Survey', next: left ? null : now + 2 + Math.ceil(random.gap(12)) }
  }
  life.completed = now
  life.user.attributes.form_submissions_count = String(++life.user.submissions)
  life.user.attributes.last_form_submission_at = timeText(now)
  const tagged = random.chance(0.1)
  return { trigger: 'Completed Survey', next: tagged ? now + 600 + random.below(21_600) : null }
}
