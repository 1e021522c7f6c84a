/** What is asked: four surveys, each a list of steps, and how someone in a certain mood answers them. */
import type { JsonObject, JsonValue } from '../../schemas/records.ts'
import type { Random } from './random.ts'
import { uuidAt } from './uuid.ts'

/** What a step of a survey adds to the data of the response; null: the question was skipped. */
type Step = (mood: number, random: Random) => Readonly<Record<string, JsonValue>> | null

export interface Survey {
  readonly uuid: string
  readonly name: string
  readonly steps: readonly Step[]
}

const scale = (least: number, most: number, middle: number, spread: number, mood: number, random: Random): string =>
  String(Math.max(least, Math.min(most, Math.round(middle + mood * spread + random.normal() * spread * 0.6))))

const PRAISE = [
  'Does exactly what we need, and the team loves it.',
  'Setup took ten minutes. Reporting is great!',
  'Support answered within the hour – impressed.',
] as const
const COMPLAINTS = [
  'Exports time out on larger projects, please fix.',
  'Too expensive for what we use; "basic" things are missing.',
  'I can never find the settings page…',
] as const

const comment =
  (key: string): Step =>
  (mood, random) =>
    random.chance(0.45) ? null : { [key]: random.pick(mood + random.normal() * 0.5 > 0 ? PRAISE : COMPLAINTS) }

function someOf(options: readonly string[], random: Random): string[] {
  const chosen = options.filter(() => random.chance(0.4))
  return chosen.length > 0 ? chosen : [random.pick(['dashboard', 'surveys'])]
}

const FEATURES = ['dashboard', 'surveys', 'exports', 'integrations', 'api', 'segments']
const CHANNELS = ['search', 'a friend', 'social media', 'conference', 'newsletter']

/** Shown in these proportions. The uuids are of the surveys' creation, which is fixed. */
export function createSurveys(random: Random, created: number): readonly [Survey, ...Survey[]] {
  const survey = (name: string, steps: readonly Step[], index: number): Survey => ({
    uuid: uuidAt(created + index * 86_400, random),
    name,
    steps,
  })
  const nps = survey('NPS Survey', [(mood, r) => ({ nps: scale(0, 10, 7.5, 2, mood, r) }), comment('nps_reason')], 0)
  const csat = survey(
    'CSAT Survey',
    [(mood, r) => ({ csat: scale(1, 5, 3.9, 0.8, mood, r) }), comment('csat_comment')],
    1,
  )
  const ces = survey('CES Survey', [(mood, r) => ({ ces: scale(1, 7, 5.1, 1.1, mood, r) })], 2)
  const product = survey(
    'Product Survey',
    [
      (_, r) => ({ features_used: someOf(FEATURES, r), heard_from: someOf(CHANNELS, r) }),
      (mood, r) => ({ satisfaction: matrix(mood, r) }),
      comment('feedback'),
      (mood, r) => ({ would_recommend: mood + r.normal() > -0.5, answered_in: 'web' }),
    ],
    3,
  )
  return [nps, nps, nps, csat, csat, ces, product, product]
}

const matrix = (mood: number, random: Random): JsonObject => ({
  speed: scale(1, 5, 3.8, 0.8, mood, random),
  design: scale(1, 5, 4.1, 0.6, mood, random),
  support: scale(1, 5, 3.6, 0.9, mood, random),
})
