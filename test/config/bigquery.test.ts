/** The settings of BigQuery. */
import { tmpdir } from 'node:os'
import test from 'ava'
import { ConfigError, loadConfig } from '../../src/config.ts'

const load = (env: NodeJS.ProcessEnv) => loadConfig({ env, cwd: tmpdir() })

function mistakes(env: NodeJS.ProcessEnv): string[] {
  try {
    load(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n  - ').slice(1)
  }
  return []
}

test('BigQuery is told by settings of its own, the staging dataset after the dataset', (t) => {
  const { bigquery } = load({
    BIGQUERY_PROJECT: 'my-project',
    BIGQUERY_DATASET: 'surveys',
    BIGQUERY_MODE: 'append',
    BIGQUERY_LABELS: 'team=research, app=surveys',
    BIGQUERY_MAX_BYTES_BILLED: '1gb',
    BIGQUERY_API_ENDPOINT: 'http://127.0.0.1:9050',
  })
  t.deepEqual(bigquery, {
    mode: 'append',
    project: 'my-project',
    dataset: 'surveys',
    stagingDataset: 'surveys_staging',
    location: undefined,
    endpoint: 'http://127.0.0.1:9050',
    labels: { team: 'research', app: 'surveys' },
    maxBytesBilled: 1024 ** 3,
  })
})

test('what BigQuery does not take as a name, a label or a server is a mistake', (t) => {
  const wrong = {
    BIGQUERY_DATASET: 'a-b',
    BIGQUERY_MODE: 'stream',
    BIGQUERY_PROJECT: 'A',
    BIGQUERY_LABELS: 'Team=x',
    BIGQUERY_API_ENDPOINT: 'ftp://x',
  }
  t.deepEqual(
    mistakes(wrong).map((mistake) => mistake.split(':')[0]),
    ['BIGQUERY_PROJECT', 'BIGQUERY_DATASET', 'BIGQUERY_MODE', 'BIGQUERY_LABELS', 'BIGQUERY_API_ENDPOINT'],
  )
})

test("the variable that redirects Google's client is refused where BigQuery is loaded into", (t) => {
  const env = { BIGQUERY_EMULATOR_HOST: 'http://elsewhere' }
  t.deepEqual(mistakes(env), [])
  t.regex(mistakes({ ...env, DESTINATIONS: 'bigquery' }).join(), /^BIGQUERY_EMULATOR_HOST: .*unset it/)
})

test('what is staged expires, so it may not stand in the dataset of the tables', (t) => {
  const env = { BIGQUERY_DATASET: 'surveys', BIGQUERY_STAGING_DATASET: 'surveys' }
  t.regex(mistakes(env).join(), /^BIGQUERY_STAGING_DATASET: it is BIGQUERY_DATASET/)
})
