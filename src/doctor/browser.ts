// The reasons of failed requests, as far as a browser tells them.

/** Ports that browsers and `fetch` do not use (Fetch § Port blocking). */
const BAD_PORTS = new Set(
  [
    '1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123',
    '135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993',
    '995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080',
  ].flatMap((ports) => ports.split(' ')),
)

/** Tells whether browsers send no requests to the port of a URL. */
export function isBadPort({ port }: URL): boolean {
  return BAD_PORTS.has(port)
}

/** Tells whether the browser knows that it has no network. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false
}

/**
 * Returns the state of the user's permission for this page to use a local network, or this machine. Chrome has one kind
 * since 142 and two since 145. `undefined` if the browser has no such permission.
 */
export async function localNetworkPermission(isLoopback: boolean): Promise<PermissionState | undefined> {
  for (const name of [isLoopback ? 'loopback-network' : 'local-network', 'local-network-access']) {
    try {
      const { state } = await navigator.permissions.query({ name: name as PermissionName })
      return state
    } catch {
      // This browser does not know the name.
    }
  }
  return undefined
}
