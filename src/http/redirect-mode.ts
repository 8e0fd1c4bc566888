let refusing: 'error' | 'manual' | undefined

/**
 * Returns the redirect mode for requests that must not follow redirects: `error`, or `manual` in Cloudflare's workerd,
 * which has no `error`. With `manual`, the redirect is the answer.
 */
export function refusingMode(): 'error' | 'manual' {
  refusing ??= hasErrorMode() ? 'error' : 'manual'
  return refusing
}

function hasErrorMode(): boolean {
  try {
    return new Request('http://localhost/', { redirect: 'error' }).redirect === 'error'
  } catch {
    return false
  }
}
