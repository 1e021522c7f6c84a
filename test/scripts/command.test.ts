import test, { type ExecutionContext } from 'ava'
import { folder, run } from '../support/process.ts'

async function said(t: ExecutionContext, script: string, args: string[], env: Record<string, string> = {}) {
  const { code, errors } = await run(t, `scripts/${script}.ts`, { args, dataDir: await folder(t), env })
  t.is(code, 1)
  return errors
}

test('an option that npm took for itself is told, with where options go, and nothing is done without it', async (t) => {
  t.is(
    await said(t, 'export-csv', ['nps'], { npm_config_survey: 'true', npm_config_excel: 'true' }),
    'npm took --survey, --excel for itself: options go after --, as in npm run export-csv -- --survey … --excel\n',
  )
  t.regex(await said(t, 'export-csv', [], { npm_config_list: 'true' }), /^npm took --list .* export-csv -- --list\n$/)
  t.regex(await said(t, 'replay', [], { npm_config_from: '2026-11-01' }), /^npm took --from /)
})

test('so is one that npm took for the start of its own, where nothing else is given', async (t) => {
  t.regex(await said(t, 'export-csv', [], { npm_config_viewer: 'nps_by_month' }), /^npm took --view /)
  const view = await said(t, 'export-csv', ['--table', 'responses'], { npm_config_viewer: 'browser' })
  t.notRegex(view, /npm took/)
})

test('what stands after -- counts, whatever npm was told, and so do settings of npm', async (t) => {
  const env = { npm_config_survey: 'true', npm_config_loglevel: 'warn', npm_config_yes: '' }
  for (const args of [['--survey', 'nps'], ['--survey=nps']]) {
    t.notRegex(await said(t, 'export-csv', args, env), /npm took/)
  }
})

test('too many arguments get a hint at quotes and --, also those of a subcommand', async (t) => {
  const hint = 'Put what has spaces into quotes, and options after --; npm run'
  const query = await said(t, 'query', ['SELECT', 'status', 'FROM', 'responses'])
  t.regex(query, /^error: too many arguments.* got 4: SELECT, status, FROM, responses\.\n/)
  t.true(query.includes(`\n${hint} query -- --help tells more.\n`), query)
  t.true((await said(t, 'quarantine', ['list', 'all'])).includes(`\n${hint} quarantine -- --help `))
  t.false((await said(t, 'query', ['--limit', 'x', 'SELECT 1'])).includes(hint))
})
