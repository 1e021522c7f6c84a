/**
 * The analytic views, one definition for both dialects of SQL (views/dialect.ts). Wide is a view: tables have fixed columns, and
 * whatever depends on the surveys stands here. Each follows those that it is made from.
 */
import { answersView, contextView, responseStates } from './views/answers.ts'
import { comments } from './views/comments.ts'
import type { Dialect } from './views/dialect.ts'
import { answerDistribution } from './views/distribution.ts'
import { metricViews } from './views/metrics.ts'
import { responseTimeline, surveyFunnel } from './views/responses.ts'
import { scoreQuestions } from './views/score-questions.ts'
import { METRICS, scoresView } from './views/scores.ts'
import type { ModelOptions, ModelSettings, View } from './views/spec.ts'

/** The models that every warehouse has; `survey_…` views (views/survey.ts) come with the surveys. */
export function modelViews(settings: ModelSettings): View[] {
  return [
    answersView(settings),
    contextView(settings),
    responseStates,
    scoreQuestions(settings),
    scoresView(settings),
    comments(settings),
    ...METRICS.flatMap((metric) => metricViews(metric, settings)),
    surveyFunnel,
    responseTimeline(settings),
    answerDistribution(settings),
  ]
}

/** Characters of the longest query of a model, while no attribute is known. */
export function longestModel(options: ModelOptions, sql: Dialect): number {
  const models = modelViews({ ...options, attributes: { user: [], account: [], left: 0 } })
  return Math.max(...models.map((view) => view.query(sql).length))
}
