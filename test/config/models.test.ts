/** The settings of the analytic views. */
import test from 'ava'
import { ConfigError, loadConfig } from '../../src/config.ts'

const modelsOf = (env: NodeJS.ProcessEnv) => loadConfig({ env, cwd: '/nonexistent' }).models
const refused = (env: NodeJS.ProcessEnv) => {
  try {
    modelsOf(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
  }
  return ''
}

test('a time zone has a name of the IANA database', (t) => {
  t.is(modelsOf({ TIME_ZONE: 'America/New_York' }).timeZone, 'America/New_York')
  for (const wrong of ['Mars/Olympus', '+02:00', 'Berlin', 'x']) {
    t.regex(
      refused({ TIME_ZONE: wrong }),
      /TIME_ZONE: ".*" from the environment is not allowed; allowed: a name of the IANA/,
    )
  }
})

test('types of columns are pairs, or a JSON object in the config file, and of known types', (t) => {
  const types = { 'survey_nps.rating': 'text', attribute_seats: 'number' } as const
  t.deepEqual(modelsOf({ COLUMN_TYPES: 'survey_nps.rating = text, attribute_seats=number' }).columnTypes, types)
  t.regex(
    refused({ COLUMN_TYPES: 'survey_nps.rating=double' }),
    /COLUMN_TYPES: .* types: number, boolean, date, timestamp, text, list/,
  )
  t.regex(refused({ COLUMN_TYPES: 'rating' }), /COLUMN_TYPES/)
})

test('keys that are context, that identify and that group are lists of patterns', (t) => {
  const models = modelsOf({
    CONTEXT_KEYS: 'cart_*,page',
    IDENTIFYING_KEYS: 'badge,!company_name',
    GROUP_ATTRIBUTES: 'plan',
  })
  t.deepEqual(models.contextKeys, ['cart_*', 'page'])
  t.deepEqual(models.identifyingKeys, ['badge', '!company_name'])
  t.deepEqual(models.groupAttributes, ['plan'])
})
