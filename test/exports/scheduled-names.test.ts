import test from 'ava'
import { folder, NEVER, run, startProduct } from '../support/process.ts'
import { response } from '../support/reports.ts'

test('a server goes on to export a survey by its former name, and logs how it is called now', async (t) => {
  const dataDir = await folder(t)
  const EXPORTS = JSON.stringify([{ name: 'nps', survey: 'NPS Survey', columns: 'nps', cron: '* * * * * *' }])
  const product = await startProduct(t, dataDir, { ...NEVER, EXPORTS })
  const send = async (n: number, name: string, day: string) => {
    t.is((await product.post(JSON.stringify(response(n, { nps: 9 }, { uuid: 'f1', name }, day)))).status, 202)
    t.is((await run(t, 'scripts/load.ts', { dataDir })).code, 0)
  }
  await send(1, 'NPS Survey', '2026-03-01')
  await product.said(/"export":"nps","rows":1,"file":"[^"]+","msg":"exported"/)
  await send(2, 'NPS 2026', '2026-03-02')
  const note = String.raw`\\"NPS Survey\\" is called \\"NPS 2026\\" now [^}]*its view is survey_nps_survey`
  await product.said(new RegExp(`"export":"nps","rows":2,"file":"[^"]+","note":"${note}","msg":"exported"`))
  product.kill('SIGTERM')
  t.is((await product.ended).code, 0)
})
