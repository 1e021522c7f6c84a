/** What a person sees of a report, in a real browser. */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import type { Browser, Page } from 'playwright-core'
import { reportPage } from '../../src/report/page.ts'
import {
  type Card,
  expectedCards,
  HOSTILE,
  hostileResponses,
  readable,
  removeWarehouses,
  reportOf,
  someMonths,
  warehouseOf,
} from '../support/reports.ts'
import { startChromium } from './chromium.ts'

const DESK = { width: 1200, height: 900 }
const PHONE = { width: 375, height: 700 }

let browser: Browser
let samples: string
let hostile: string
test.before(async () => {
  samples = await warehouseOf(someMonths())
  hostile = await warehouseOf(hostileResponses())
  browser = await startChromium()
})
test.after.always(async () => {
  await browser?.close()
  await removeWarehouses()
})

interface Looks {
  readonly viewport?: { width: number; height: number }
  readonly colorScheme?: 'light' | 'dark'
}

/** Opens the report as a file, as someone does who got it by mail. It must ask for nothing, and complain of nothing. */
async function open(t: ExecutionContext, path: string, survey: string, looks: Looks = {}): Promise<Page> {
  const file = join(dirname(path), 'report.html')
  await writeFile(file, reportPage(await reportOf(path, survey), { now: new Date(), timeZone: 'UTC' }))
  const page = await browser.newPage({ viewport: DESK, ...looks })
  const address = pathToFileURL(file).href
  page.on('request', (request) => t.true([address, 'data:,'].includes(request.url()), request.url().slice(0, 200)))
  page.on('console', (message) => t.fail(message.text()))
  page.on('pageerror', (error) => t.fail(error.message))
  page.on('dialog', (dialog) => t.fail(dialog.message()))
  await page.goto(address)
  return page
}

/** What is read: texts that are hidden are not. */
const cardsOf = (page: Page): Promise<Card[]> =>
  page.locator('article').evaluateAll((cards) =>
    cards.map((card) => {
      const text = (element: { innerText: string } | null) => element?.innerText.trim() ?? ''
      return {
        title: text(card.querySelector('h3')),
        rows: [...card.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('th, td')].map(text)),
      }
    }),
  )

async function chartsAreSeen(t: ExecutionContext, page: Page) {
  const charts = await page.locator('.chart svg').all()
  t.true(charts.length >= 3)
  for (const chart of charts) {
    const box = await chart.boundingBox()
    t.true(box !== null && box.width > 250 && box.height > 30, JSON.stringify(box))
    const marks = await chart.locator('rect, circle').all()
    const sizes = await Promise.all(marks.map(async (mark) => (await mark.boundingBox())?.height ?? 0))
    t.true(Math.max(...sizes) > 3)
  }
}

const fits = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')

for (const survey of ['NPS Survey', 'CSAT Survey', 'CES Survey', 'Product Survey']) {
  test(`${survey}: the numbers that are seen are those of the views, on a desk and on a phone`, async (t) => {
    const expected = await expectedCards(samples, survey)
    for (const viewport of [DESK, PHONE]) {
      const page = await open(t, samples, survey, { viewport })
      t.deepEqual(await cardsOf(page), expected)
      await chartsAreSeen(t, page)
      t.true(await fits(page), 'nothing stands out to the side')
      await page.close()
    }
  })
}

test('a phone shows tables without scrolling them to the side', async (t) => {
  const page = await open(t, samples, 'Product Survey', { viewport: PHONE })
  const wide = await page
    .locator('.scroll')
    .evaluateAll((tables) =>
      tables.filter((table) => table.scrollWidth > table.clientWidth).map((table) => table.innerText),
    )
  t.deepEqual(wide, [])
})

test('in print there are the charts and whole tables, dark on white', async (t) => {
  const page = await open(t, samples, 'Product Survey', { colorScheme: 'dark' })
  await page.emulateMedia({ media: 'print' })
  await chartsAreSeen(t, page)
  const hidden = await page
    .locator('.scroll')
    .evaluateAll((tables) => tables.filter((table) => table.scrollHeight > table.clientHeight).length)
  t.is(hidden, 0)
  t.is(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)')
  t.true((await page.pdf({ format: 'A4' })).length > 10_000)
})

test('it is dark where the reader likes it dark', async (t) => {
  const page = await open(t, samples, 'NPS Survey', { colorScheme: 'dark' })
  const [red = 255] =
    String(await page.evaluate('getComputedStyle(document.body).backgroundColor'))
      .match(/\d+/)
      ?.map(Number) ?? []
  t.true(red < 60)
  await chartsAreSeen(t, page)
})

test('whoever hears it is told what each chart shows, and can reach each table', async (t) => {
  const page = await open(t, samples, 'NPS Survey')
  t.is(await page.title(), 'NPS Survey · Survey report')
  const charts = await page.getByRole('img').all()
  t.is(charts.length, (await cardsOf(page)).length)
  for (const chart of charts) t.regex((await chart.getAttribute('aria-label')) ?? '', /: .*\d/)
  t.is(
    await page.getByRole('region', { name: 'Net Promoter Score by month of the answer' }).getAttribute('tabindex'),
    '0',
  )
  t.is(await page.getByRole('heading', { level: 1 }).innerText(), 'NPS Survey')
})

test('hostile texts are read as they are, run nothing, and fit a phone', async (t) => {
  for (const [at, text] of HOSTILE.entries()) {
    const page = await open(t, hostile, `hostile-${at}`, { viewport: PHONE })
    t.is(await page.locator('script, img, b, iframe').count(), 0)
    t.is(await page.locator('h1').textContent(), `${readable(text)}!`)
    t.is(await page.title(), `${readable(text)}! · Survey report`)
    const answers = await page.locator('tbody th').allTextContents()
    t.is(answers.includes(readable(text)), text !== '', 'a blank text is no answer')
    t.true(await fits(page), text)
    await page.close()
  }
})
