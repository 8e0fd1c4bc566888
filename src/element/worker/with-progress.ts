/** In milliseconds: the minimum time between two reports of progress to the page. */
const INTERVAL = 100

/**
 * Does something, and tells the page the newest progress until it ends. A page that is busy hears less often.
 *
 * @param controller Of the act. It ends when the act succeeds.
 */
export async function withProgress<Progress extends { readonly phase: string }, Result>(
  controller: AsyncIterable<Progress>,
  onProgress: (progress: Progress) => unknown,
  act: () => Promise<Result>,
): Promise<Result> {
  const progress = controller[Symbol.asyncIterator]()
  const telling = tell(progress, onProgress)
  try {
    const result = await act()
    await telling
    return result
  } finally {
    // An act that fails early does not end its controller.
    await progress.return?.()
  }
}

async function tell<Progress extends { readonly phase: string }>(
  all: AsyncIterator<Progress>,
  onProgress: (progress: Progress) => unknown,
): Promise<void> {
  for (;;) {
    const { done, value } = await all.next()
    if (done) return
    await onProgress(value)
    if (value.phase !== 'done') await new Promise((resolve) => setTimeout(resolve, INTERVAL))
  }
}
