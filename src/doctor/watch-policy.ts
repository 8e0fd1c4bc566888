/** Watches which requests the policy of the page blocks. */
interface PolicyWatch {
  /** Tells whether it blocked a request to this origin. */
  hasBlocked(origin: string): Promise<boolean>
  stop(): void
}

/** In milliseconds: the event comes after the request has failed. */
const EVENT_DELAY = 50

/**
 * Watches for requests that the page's own Content-Security-Policy blocks (CSP § SecurityPolicyViolationEvent). Events
 * of a document reach its window; those of a Worker come to the Worker itself.
 */
export function watchPolicy(): PolicyWatch {
  const blocked = new Set<string>()
  const listener = ({ blockedURI, disposition }: SecurityPolicyViolationEvent) => {
    if (disposition === 'enforce' && URL.canParse(blockedURI)) blocked.add(new URL(blockedURI).origin)
  }
  globalThis.addEventListener('securitypolicyviolation', listener)
  return {
    async hasBlocked(origin) {
      await new Promise((resolve) => setTimeout(resolve, EVENT_DELAY))
      return blocked.has(origin)
    },
    stop: () => globalThis.removeEventListener('securitypolicyviolation', listener),
  }
}
