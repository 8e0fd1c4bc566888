import type { CheckName } from 'registry-api-v2-client'
import { messages } from '../../src/element/words/messages.ts'

/** The subjects of the checks. */
export const $checkTexts = messages('doctor/checks', {
  connection: 'Connection',
  tls: 'Encryption',
  api: 'A registry at this address',
  version: 'API version',
  clock: 'Clocks',
  challenge: 'Sign-in method',
  'token-server': 'Sign-in server',
  'sign-in': 'Sign-in',
  repository: 'Repository',
  'page-address': 'Requests from this page',
  'page-read': 'Reading answers',
  'page-preflight': 'Asking for permission (OPTIONS)',
  'page-methods': 'Permission to write (PUT, PATCH, DELETE)',
  'page-headers': 'Permission for request headers',
  'page-exposed': 'Reading headers of answers',
  'page-refusals': 'Reading errors',
  'page-token-server': 'This page and the sign-in server',
  'page-storage': 'Downloads from storage',
  'page-upload': 'Sending layers',
  catalog: 'List of repositories',
  referrers: 'Signatures and SBOMs (referrers)',
  uploads: 'Uploads',
  chunks: 'Uploads in parts',
  mounts: 'Sharing layers between repositories',
  deletes: 'Deleting images',
} satisfies Record<CheckName, string>)
