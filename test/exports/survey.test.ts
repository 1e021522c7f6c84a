import test from 'ava'
import type { Survey } from '../../src/destinations/source.ts'
import { chooseSurvey } from '../../src/exports/survey.ts'

const NPS = { formUuid: '34780fd0-2c11-11ec-8f58-7bd83b655011', name: 'NPS Survey', view: 'survey_nps_survey' }
const CSAT = { formUuid: '44780fd0-2c11-11ec-8f58-7bd83b655011', name: 'CSAT, web', view: 'survey_csat_web' }
const MOBILE = { formUuid: '54780fd0-2c11-11ec-8f58-7bd83b655011', name: 'CSAT, mobile', view: 'survey_csat_mobile' }
const NAMELESS = { formUuid: '64780fd0-2c11-11ec-8f58-7bd83b655011', name: null, view: 'survey_64780fd0' }
const ALL = [NPS, CSAT, MOBILE, NAMELESS]

test('a survey is found by its name, the start of it, its uuid or its view, in any case', (t) => {
  for (const word of ['nps survey', 'NPS', NPS.formUuid.toUpperCase(), 'Survey_NPS_Survey']) {
    t.is(chooseSurvey(ALL, word, 'report'), NPS, word)
  }
  t.is(chooseSurvey(ALL, 'survey_64780fd0', 'report'), NAMELESS)
})

test('a whole name counts more than the start of another', (t) => {
  const longer = { ...NPS, formUuid: 'x', name: 'NPS Survey 2', view: 'survey_nps_survey_2' }
  t.is(chooseSurvey([longer, NPS], 'NPS Survey', 'report'), NPS)
})

test('where names differ only in their case, the one that is spelled exactly so is meant', (t) => {
  const small = { ...NPS, formUuid: 'x', name: 'nps survey', view: 'survey_nps_survey_2' }
  const both = [NPS, small]
  t.is(chooseSurvey(both, 'nps survey', 'export'), small)
  t.is(chooseSurvey(both, 'NPS Survey', 'export'), NPS)
  t.throws(() => chooseSurvey(both, 'Nps Survey', 'export'), { message: /several surveys are called so/ })
})

test('an empty name is refused with what there is, also where a survey has none', (t) => {
  for (const word of ['', ' ']) {
    t.throws(() => chooseSurvey(ALL, word, 'report'), {
      message: "report: the survey's name is empty; there are: NPS Survey, CSAT, web, CSAT, mobile, survey_64780fd0",
    })
  }
  t.throws(() => chooseSurvey([{ ...NPS, name: '' }], '', 'report'), { message: /there are: survey_nps_survey$/ })
})

test('a wrong name gets the nearest right ones, or all there are', (t) => {
  const message = (word: string) => t.throws(() => chooseSurvey(ALL, word, 'report'))?.message
  t.is(message('NPS Sruvey'), 'report NPS Sruvey: there is no such survey; did you mean NPS Survey?')
  t.regex(message('onboarding tour') ?? '', /there are: NPS Survey, CSAT, web, CSAT, mobile, survey_64780fd0$/)
})

test('of several that are called so, one must be named by its view; the uuids tell which', (t) => {
  const twin = { ...NPS, formUuid: 'x', view: 'survey_nps_survey_2' }
  const several = (surveys: (typeof NPS)[], word: string) =>
    t.throws(() => chooseSurvey(surveys, word, 'export'))?.message ?? ''
  t.regex(
    several([NPS, twin], 'NPS Survey'),
    /several .* survey_nps_survey \(NPS Survey, 34780fd0-\S+\), survey_nps_survey_2 \(NPS Survey, x\)$/,
  )
  t.regex(
    several([NPS, CSAT, MOBILE], 'csat'),
    /several .* survey_csat_web \(CSAT, web, 4478\S+\), survey_csat_mobile \(CSAT, mobile, 5478\S+\)$/,
  )
})

test('what several have as their name, or lack, is told by their views', (t) => {
  const message = (surveys: readonly Survey[], word: string) =>
    t.throws(() => chooseSurvey(surveys, word, 'export'))?.message
  const twins = [NPS, { ...NPS, formUuid: 'x', view: 'survey_nps_survey_2' }, CSAT]
  t.is(
    message(twins, 'NPS Sruvey'),
    `export NPS Sruvey: there is no such survey; did you mean survey_nps_survey (NPS Survey, ${NPS.formUuid}) or survey_nps_survey_2 (NPS Survey, x)?`,
  )
  t.regex(
    message(twins, 'onboarding tour') ?? '',
    /there are: survey_nps_survey \(NPS Survey, 3478\S+\), .*, CSAT, web$/,
  )
  const nameless = [NAMELESS, { ...NAMELESS, formUuid: 'x', view: 'survey_41b8cd37' }]
  t.regex(message(nameless, '') ?? '', /there are: survey_64780fd0, survey_41b8cd37$/)
})

test('where there is no survey yet, it is said how they come', (t) => {
  t.throws(() => chooseSurvey([], 'NPS', 'report'), {
    message: /there is no survey yet; they come with the first responses/,
  })
})
