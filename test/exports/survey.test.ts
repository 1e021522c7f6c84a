import test from 'ava'
import type { FormerName, Survey } from '../../src/destinations/source.ts'
import { findSurvey } from '../../src/exports/survey.ts'

const NPS = { formUuid: '34780fd0-2c11-11ec-8f58-7bd83b655011', name: 'NPS Survey', view: 'survey_nps_survey' }
const CSAT = { formUuid: '44780fd0-2c11-11ec-8f58-7bd83b655011', name: 'CSAT, web', view: 'survey_csat_web' }
const MOBILE = { formUuid: '54780fd0-2c11-11ec-8f58-7bd83b655011', name: 'CSAT, mobile', view: 'survey_csat_mobile' }
const NAMELESS = { formUuid: '64780fd0-2c11-11ec-8f58-7bd83b655011', name: null, view: 'survey_64780fd0' }
const ALL = [NPS, CSAT, MOBILE, NAMELESS]

/** Former names are not to be read, unless they are given. */
async function chooseSurvey(surveys: readonly Survey[], word: string, action: string): Promise<Survey> {
  const found = await findSurvey(warehouse(surveys), word, action, new AbortController().signal)
  return found.survey
}

const warehouse = (surveys: readonly Survey[], names: readonly FormerName[] = []) => ({
  surveys: async () => surveys,
  formerNames: async () => names,
})

test('a survey is found by its name, the start of it, its uuid or its view, in any case', async (t) => {
  for (const word of ['nps survey', 'NPS', NPS.formUuid.toUpperCase(), 'Survey_NPS_Survey']) {
    t.is(await chooseSurvey(ALL, word, 'report'), NPS, word)
  }
  t.is(await chooseSurvey(ALL, 'survey_64780fd0', 'report'), NAMELESS)
})

test('a whole name counts more than the start of another', async (t) => {
  const longer = { ...NPS, formUuid: 'x', name: 'NPS Survey 2', view: 'survey_nps_survey_2' }
  t.is(await chooseSurvey([longer, NPS], 'NPS Survey', 'report'), NPS)
})

test('where names differ only in their case, the one that is spelled exactly so is meant', async (t) => {
  const small = { ...NPS, formUuid: 'x', name: 'nps survey', view: 'survey_nps_survey_2' }
  const both = [NPS, small]
  t.is(await chooseSurvey(both, 'nps survey', 'export'), small)
  t.is(await chooseSurvey(both, 'NPS Survey', 'export'), NPS)
  await t.throwsAsync(chooseSurvey(both, 'Nps Survey', 'export'), { message: /several surveys are called so/ })
})

test('an empty name is refused with what there is, also where a survey has none', async (t) => {
  for (const word of ['', ' ']) {
    await t.throwsAsync(chooseSurvey(ALL, word, 'report'), {
      message: "report: the survey's name is empty; there are: NPS Survey, CSAT, web, CSAT, mobile, survey_64780fd0",
    })
  }
  await t.throwsAsync(chooseSurvey([{ ...NPS, name: '' }], '', 'report'), { message: /there are: survey_nps_survey$/ })
})

test('a wrong name gets the nearest right ones, or all there are', async (t) => {
  const message = async (word: string) => (await t.throwsAsync(chooseSurvey(ALL, word, 'report')))?.message
  t.is(await message('NPS Sruvey'), 'report NPS Sruvey: there is no such survey; did you mean NPS Survey?')
  t.regex((await message('onboarding tour')) ?? '', /there are: NPS Survey, CSAT, web, CSAT, mobile, survey_64780fd0$/)
})

test('of several that are called so, one must be named by its view; the uuids tell which', async (t) => {
  const twin = { ...NPS, formUuid: 'x', view: 'survey_nps_survey_2' }
  const several = async (surveys: (typeof NPS)[], word: string) =>
    (await t.throwsAsync(chooseSurvey(surveys, word, 'export')))?.message ?? ''
  t.regex(
    await several([NPS, twin], 'NPS Survey'),
    /several .* survey_nps_survey \(NPS Survey, 34780fd0-\S+\), survey_nps_survey_2 \(NPS Survey, x\)$/,
  )
  t.regex(
    await several([NPS, CSAT, MOBILE], 'csat'),
    /several .* survey_csat_web \(CSAT, web, 4478\S+\), survey_csat_mobile \(CSAT, mobile, 5478\S+\)$/,
  )
})

test('what several have as their name, or lack, is told by their views', async (t) => {
  const message = async (surveys: readonly Survey[], word: string) =>
    (await t.throwsAsync(chooseSurvey(surveys, word, 'export')))?.message
  const twins = [NPS, { ...NPS, formUuid: 'x', view: 'survey_nps_survey_2' }, CSAT]
  t.is(
    await message(twins, 'NPS Sruvey'),
    `export NPS Sruvey: there is no such survey; did you mean survey_nps_survey (NPS Survey, ${NPS.formUuid}) or survey_nps_survey_2 (NPS Survey, x)?`,
  )
  t.regex(
    (await message(twins, 'onboarding tour')) ?? '',
    /there are: survey_nps_survey \(NPS Survey, 3478\S+\), .*, CSAT, web$/,
  )
  const nameless = [NAMELESS, { ...NAMELESS, formUuid: 'x', view: 'survey_41b8cd37' }]
  t.regex((await message(nameless, '')) ?? '', /there are: survey_64780fd0, survey_41b8cd37$/)
})

test('where there is no survey yet, it is said how they come', async (t) => {
  await t.throwsAsync(chooseSurvey([], 'NPS', 'report'), {
    message: /there is no survey yet; they come with the first responses/,
  })
})

const RENAMED = { ...NPS, name: 'NPS 2026' }
const FORMER: readonly FormerName[] = [{ formUuid: NPS.formUuid, name: 'NPS Survey', lastOn: '2026-05-03' }]
const SIGNAL = new AbortController().signal
const find = (surveys: readonly Survey[], names: readonly FormerName[], word: string) =>
  findSurvey(warehouse(surveys, names), word, 'export', SIGNAL)

test('a survey that was renamed is found by its former name, in any case or its start, with a note', async (t) => {
  const note =
    '"NPS Survey" is called "NPS 2026" now (its former name last came on 2026-05-03); its view is survey_nps_survey'
  for (const word of ['NPS Survey', 'nps survey', 'NPS S']) {
    t.deepEqual(await find([RENAMED, CSAT], FORMER, word), { survey: RENAMED, note }, word)
  }
  t.deepEqual(await find([RENAMED], [{ ...FORMER[0], formUuid: NPS.formUuid, name: 'Old', lastOn: null }], 'old'), {
    survey: RENAMED,
    note: '"Old" is called "NPS 2026" now; its view is survey_nps_survey',
  })
})

test('a name of now wins over a former one, and a whole former name over the start of another', async (t) => {
  const heir = { ...CSAT, name: 'NPS Survey' }
  t.is((await find([RENAMED, heir], FORMER, 'nps survey')).survey, heir)
  const longer = { ...CSAT, name: 'NPS Survey for partners' }
  t.is((await find([RENAMED, longer], FORMER, 'NPS Survey')).survey, RENAMED)
  t.deepEqual(await find([RENAMED, longer], FORMER, 'NPS S'), { survey: longer })
})

test('a name that another survey had before comes with a note, and its view with none', async (t) => {
  const heir = { ...CSAT, name: 'NPS Survey' }
  const note =
    '"NPS Survey" is survey_csat_web now; survey_nps_survey ("NPS 2026" now, last on 2026-05-03) was called so before: name a survey by its view to mean one for ever'
  for (const word of ['NPS Survey', 'nps survey'])
    t.deepEqual(await find([RENAMED, heir], FORMER, word), { survey: heir, note }, word)
  t.deepEqual(await find([RENAMED, heir], FORMER, heir.view), { survey: heir })
  // Its own former name, as one that it had twice, is no other survey's.
  t.deepEqual(await find([NPS, CSAT], FORMER, 'NPS Survey'), { survey: NPS })
  const both = [...FORMER, { formUuid: MOBILE.formUuid, name: 'nps survey', lastOn: null }]
  t.regex(
    (await find([RENAMED, MOBILE, heir], both, 'NPS Survey')).note ?? '',
    /survey_nps_survey \(.*\), survey_csat_mobile \("CSAT, mobile" now\) were called so before/,
  )
})

test('former names are not read where a uuid or a view is meant', async (t) => {
  const refusing = {
    surveys: async () => ALL,
    formerNames: () => Promise.reject(new Error('billed')),
  }
  for (const word of [NPS.formUuid, NPS.view])
    t.deepEqual(await findSurvey(refusing, word, 'export', SIGNAL), { survey: NPS })
  await t.throwsAsync(findSurvey(refusing, ' ', 'export', SIGNAL), { message: /name is empty/ })
  await t.throwsAsync(findSurvey(refusing, 'Old', 'export', SIGNAL), { message: 'billed' })
})

test('a former name that two surveys had is refused, with both', async (t) => {
  const names = [...FORMER, { formUuid: CSAT.formUuid, name: 'NPS Survey', lastOn: '2026-06-01' }]
  await t.throwsAsync(find([RENAMED, CSAT], names, 'NPS Survey'), {
    message:
      /^export NPS Survey: several surveys were called so; name one by its view: survey_csat_web \(CSAT, web, 4478\S+\), survey_nps_survey \(NPS 2026, 3478\S+\)$/,
  })
  // A survey without a view cannot be meant.
  const gone = [...FORMER, { formUuid: 'gone', name: 'NPS Survey', lastOn: '2026-06-01' }]
  t.is((await find([RENAMED], gone, 'NPS Survey')).survey, RENAMED)
})

test('a former name that is misspelled is told with the name of now', async (t) => {
  const ces = { ...CSAT, name: 'CES Survey' }
  await t.throwsAsync(find([RENAMED, ces], FORMER, 'NPS Sruvey'), {
    message: /^export NPS Sruvey: there is no such survey; did you mean NPS 2026 \(formerly NPS Survey\)/,
  })
  await t.throwsAsync(find([RENAMED, ces], FORMER, 'onboarding tour'), { message: /there are: NPS 2026, CES Survey$/ })
})
