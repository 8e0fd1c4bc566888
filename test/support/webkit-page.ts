import { bringEngines } from '../../scripts/find/engines.js'
import { type EnginePage, PATIENCE, type Target } from './engine-page.ts'
import { elementsByCss, elementsByName, elementsByText, textOfPage } from './shown-elements.ts'
import { idOf, startWebKit, type WebDriver, type WebElement } from './web-driver.ts'

/** The elements that have a role. */
const ROLES: Readonly<Record<string, string>> = {
  button: 'button, summary, input[type=submit], input[type=button], [role=button]',
  link: 'a[href], [role=link]',
  heading: 'h1, h2, h3, h4, h5, h6, [role=heading]',
  textbox: 'input:is(:not([type]), [type=text], [type=url], [type=email]):not([list]), textarea, [role=textbox]',
  searchbox: 'input[type=search]',
  checkbox: 'input[type=checkbox]',
  radio: 'input[type=radio]',
  combobox: 'select, input[list], [role=combobox]',
  region: 'section, [role=region]',
  dialog: 'dialog, [role=dialog]',
  tab: '[role=tab]',
}

/** Opens a page in WebKitGTK. */
export async function openWebKit(): Promise<EnginePage> {
  bringEngines()
  const driver = await startWebKit('normal')
  const find = (target: Target, milliseconds?: number) => waitForElement(driver, target, milliseconds)
  const act = async (target: Target, command: string, body?: object) =>
    driver.ask<string>(`element/${idOf(await find(target))}/${command}`, body)
  const evaluate: EnginePage['evaluate'] = (run, ...args) => execute(driver, run, args)
  const noteErrors = () => evaluate(keepErrors)
  return {
    async open(url) {
      await driver.ask('url', { url })
      await noteErrors()
    },
    async reload() {
      await driver.ask('refresh', {})
      await noteErrors()
    },
    async click(target) {
      const end = performance.now() + PATIENCE
      for (;;) {
        const element = await find(target)
        const isEnabled = await execute(driver, (button: HTMLButtonElement) => !button.disabled, [element])
        // Something may move, or be in front of it, for a moment.
        const fault = isEnabled
          ? await driver.ask(`element/${idOf(element)}/click`, {}).catch((error) => error)
          : new Error('It is disabled.')
        if (!fault) return
        if (performance.now() > end) throw fault
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
    async fill(target, text) {
      await execute(driver, (field: HTMLInputElement) => field.select(), [await find(target)])
      await act(target, text === '' ? 'clear' : 'value', { text })
    },
    async select(target, value) {
      await execute(driver, selectOption, [await find(target), value])
    },
    async choose(selector, ...paths) {
      const element = await waitForElement(driver, { css: selector }, PATIENCE, true)
      await driver.ask(`element/${idOf(element)}/value`, { text: paths.join('\n') })
    },
    async shows(target, milliseconds) {
      await find(target, milliseconds)
    },
    text: async (target) => execute(driver, (element: HTMLElement) => element.innerText, [await find(target)]),
    value: (target) => act(target, 'property/value'),
    evaluate,
    errors: () => evaluate(() => (window as unknown as { errorsOfTest: string[] }).errorsOfTest),
    close: () => driver.end(),
  }
}

/** WebDriver takes elements as arguments, and gives them to the function. It waits for promises. */
function execute<T>(driver: WebDriver, run: (...args: never) => T | Promise<T>, args: readonly unknown[]): Promise<T> {
  return driver.ask('execute/sync', { script: `return (${run})(...arguments)`, args })
}

async function waitForElement(
  driver: WebDriver,
  target: Target,
  milliseconds = PATIENCE,
  isHidden = false,
): Promise<WebElement> {
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    const element = await findElement(driver, target, isHidden)
    if (element) return element
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const shown = await execute(driver, textOfPage, [])
  throw new Error(`Nothing shows in WebKit for ${inspect(target)} within ${milliseconds} ms, but:\n${shown}`)
}

const inspect = (target: Target) =>
  Object.entries(target)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')

async function findElement(driver: WebDriver, target: Target, isHidden: boolean): Promise<WebElement | undefined> {
  if ('css' in target) return (await execute(driver, elementsByCss, [target.css, isHidden]))[0]
  if ('text' in target) return (await execute(driver, elementsByText, patternOf(target.text)))[0]
  const { role, name } = target
  const pattern = typeof name === 'string' ? [`^${patternOf(name)[0]}$`, ''] : patternOf(name)
  return (await execute(driver, elementsByName, [ROLES[role] ?? `[role=${role}]`, ...pattern]))[0]
}

const patternOf = (text: string | RegExp): [source: string, flags: string] =>
  typeof text === 'string' ? [text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i'] : [text.source, text.flags]

/** Chooses an option as a user does: the list of options is a window of the system, which WebDriver cannot click. */
function selectOption(select: HTMLSelectElement, value: string): void {
  select.value = value
  for (const type of ['input', 'change']) select.dispatchEvent(new Event(type, { bubbles: true }))
}

/** Keeps what goes wrong in the page from now on. WebDriver knows no console. */
function keepErrors(): void {
  const errors: string[] = []
  Object.assign(window, { errorsOfTest: errors })
  Object.assign(window.console, { error: (...args: unknown[]) => errors.push(args.map(String).join(' ')) })
  addEventListener('error', ({ message }) => errors.push(message))
  addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)))
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    errors.push(`The policy forbids ${blockedURI} (${violatedDirective}).`)
  })
}
