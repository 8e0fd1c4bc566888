import type { Page } from 'playwright'

/** What a browser said about a page. */
export interface Watched {
  /** Errors and warnings of its console, among them each breach of its policy; and errors that nobody caught. */
  readonly complaints: readonly string[]
  /** The addresses for which it would have opened its own window for a password. */
  readonly prompts: readonly string[]
}

/**
 * What a console says of every answer of 400 or more. A registry that asks for a sign-in gives one, and one without the
 * image, too. So does a host without `config.json`.
 */
const REFUSAL = /^Failed to load resource: the server responded with a status of (?:401|404) /

/** Writes down what Chromium says about a page and its Workers. Requests pass through the debugger, as they were. */
export async function watchPage(page: Page): Promise<Watched> {
  const complaints: string[] = []
  const prompts: string[] = []
  page.on('console', (message) => {
    const isRefusal = REFUSAL.test(message.text()) && /\/v2\/|\/config\.json$/.test(message.location().url)
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  const session = await page.context().newCDPSession(page)
  session.on('Fetch.requestPaused', ({ requestId }) => {
    // A page that is closed meanwhile takes its requests along.
    session.send('Fetch.continueRequest', { requestId }).catch(() => {})
  })
  session.on('Fetch.authRequired', ({ requestId, request }) => {
    prompts.push(request.url)
    const authChallengeResponse = { response: 'CancelAuth' } as const
    session.send('Fetch.continueWithAuth', { requestId, authChallengeResponse }).catch(() => {})
  })
  await session.send('Fetch.enable', { handleAuthRequests: true })
  return { complaints, prompts }
}
