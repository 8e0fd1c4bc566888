import type { Probed } from './probe.ts'

/** Tells whether an answer is that of a registry. Its body is `{}`, Quay's `true`, or empty. */
export function isApi({ status, headers, text }: Probed): boolean {
  if (status < 200 || status >= 300) return false
  return text.trim() === '' || headers.has('docker-distribution-api-version') || isJson(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
