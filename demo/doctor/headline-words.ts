import type { FindingCode, RegistryCheck } from 'registry-api-v2-client'
import { messages } from '../../src/element/words/messages.ts'

/** A few words for each thing that keeps a page from a registry. */
export const $headlineTexts = messages('doctor/headlines', {
  unreachable: 'This page cannot reach the registry',
  silent: 'The registry does not answer',
  offline: 'Your browser has no network',
  port: 'Browsers do not use this port',
  scheme: 'The registry is at http:// instead of https://, or the reverse',
  mixed: 'A page on https cannot use a registry on http',
  policy: 'This page may not use this registry',
  forbidden: 'The registry does not let this page use it',
  fine: 'The registry answers now',
})

type Headline = keyof ReturnType<typeof $headlineTexts.get>

const HEADLINES: Partial<Record<FindingCode, Headline>> = {
  NO_ANSWER: 'silent',
  SILENT: 'silent',
  OFFLINE: 'offline',
  BLOCKED_PORT: 'port',
  WRONG_SCHEME: 'scheme',
  MIXED_CONTENT: 'mixed',
  BLOCKED_BY_POLICY: 'policy',
}

/** The headline for the first check that failed. */
export function headlineOf({ check, code }: RegistryCheck): Headline {
  return HEADLINES[code] ?? (check.startsWith('page-') ? 'forbidden' : 'unreachable')
}
