/** What a script in a frame has to work with. */
export type FrameInput = Readonly<Record<string, unknown>>

/**
 * Runs a module in a frame of this page that has a content security policy of its own.
 *
 * @param policy Beside `script-src`, which takes scripts of this page's origin.
 * @param script The body of an async function that gets `sdk`, which is the portable entry, and `input`.
 * @returns what it returns, or the name and the message of its error as a text
 */
export async function runUnderPolicy(
  policy: { readonly scripts?: string; readonly connections: string },
  script: string,
  input: FrameInput,
): Promise<unknown> {
  const { origin } = location
  const frame = document.createElement('iframe')
  const rules = [
    `script-src ${origin} 'nonce-frame' ${policy.scripts ?? ''}`,
    `connect-src ${policy.connections}`,
    'worker-src blob:',
  ]
  frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="${rules.join('; ')}"><script nonce="frame" type="module">
    // Vitest has it around all dynamic imports.
    globalThis.__vitest_browser_runner__ = { wrapDynamicImport: (load) => load() }
    addEventListener('message', async ({ data: input }) => {
      try {
        const sdk = await import('${origin}/src/index.ts')
        parent.postMessage({ result: await (async () => { ${script} })() }, '${origin}')
      } catch (error) {
        parent.postMessage({ result: error.name + ': ' + error.message }, '${origin}')
      }
    })
    parent.postMessage({ isReady: true }, '${origin}')
  </script>`
  try {
    return await new Promise((resolve) => {
      addEventListener('message', function listen({ source, data }) {
        if (source !== frame.contentWindow) return
        if (data.isReady) return frame.contentWindow?.postMessage(input, origin)
        removeEventListener('message', listen)
        resolve(data.result)
      })
      document.body.append(frame)
    })
  } finally {
    frame.remove()
  }
}
