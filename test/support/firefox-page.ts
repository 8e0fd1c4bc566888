import { firefox, type Locator, type Page } from 'playwright'
import { bringEngines } from '../../scripts/find/engines.js'
import { type EnginePage, PATIENCE, type Target } from './engine-page.ts'

/** Opens a page in a stock Firefox. */
export async function openFirefox(): Promise<EnginePage> {
  // The channel is for a stock Firefox; without it playwright wants one of its own making.
  const browser = await firefox.launch({ channel: 'moz-firefox', executablePath: bringEngines().Firefox })
  const context = await browser.newContext({ locale: 'en-US', timezoneId: 'UTC' })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  // A reload in the middle of a push asks first.
  page.on('dialog', (dialog) => dialog.accept())
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  const find = (target: Target) => locate(page, target).filter({ visible: true }).first()
  return {
    async open(url) {
      await page.goto(url)
    },
    async reload() {
      await page.reload()
    },
    click: (target) => find(target).click(),
    fill: (target, text) => find(target).fill(text),
    async select(target, value) {
      await find(target).selectOption(value)
    },
    choose: (selector, ...paths) => page.locator(selector).first().setInputFiles(paths),
    shows: (target, timeout) => find(target).waitFor({ timeout }),
    text: (target) => find(target).innerText(),
    value: (target) => find(target).inputValue(),
    evaluate: (run, ...args) => page.evaluate(`(${run})(...${JSON.stringify(args)})`),
    errors: async () => errors,
    close: () => browser.close(),
  }
}

function locate(page: Page, target: Target): Locator {
  if ('css' in target) return page.locator(target.css)
  if ('text' in target) return page.getByText(target.text)
  return page.getByRole(target.role as Parameters<Page['getByRole']>[0], { name: target.name, exact: true })
}
