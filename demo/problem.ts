/** An error in the words of the page. Plain data: a Worker can pass it on, which takes class and fields off an error. */
export interface Problem {
  readonly title: string
  /** The meaning and the remedy, in words for the user of the page. */
  readonly advice: string
  /** The message of the error, for the people who run the registry. */
  readonly detail?: string
}

const ARCHIVE_TITLES: Readonly<Record<string, string>> = {
  TarReadError: 'This file cannot be read',
  ValidationError: 'This cannot be pushed as it is',
  DigestMismatchError: 'The archive is damaged',
}

/** Makes a problem of anything that was thrown. */
export function toProblem(error: unknown): Problem {
  if (isProblem(error)) return error
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  const archiveTitle = ARCHIVE_TITLES[name]
  // Of archives, the package speaks to people.
  if (archiveTitle) return { title: archiveTitle, advice: message }
  if (name === 'NetworkError') {
    const advice = 'Check its address, and whether it runs. It also has to allow this page to use it (CORS).'
    return { title: 'The registry does not answer', advice, detail: message }
  }
  if (name === 'ResponseError') return { ...refusal((error as { status?: number }).status ?? 0), detail: message }
  return { title: 'Something went wrong', advice: message }
}

function refusal(status: number): Pick<Problem, 'title' | 'advice'> {
  if (status < 300) return { title: 'This is no registry', advice: 'Something else answers at this address. Check it.' }
  switch (status) {
    case 401:
      return { title: 'The registry does not let you in', advice: 'Push again, and sign in as another user.' }
    case 403:
      return {
        title: 'You may not push to this place',
        advice: 'Check the repository, or ask those who run the registry for the right to push to it.',
      }
    case 404:
      return {
        title: 'The registry does not know this place',
        advice: 'Check the address and the repository. Some registries want a repository to be made first.',
      }
    case 413:
      return {
        title: 'The registry does not take so much at once',
        advice: 'Ask those who run it: a proxy in front of it may have a limit.',
      }
    case 429:
      return { title: 'The registry is busy', advice: 'Wait a minute, and push again.' }
  }
  return status < 500
    ? { title: 'The registry says no', advice: 'It gives a reason, which those who run it may understand.' }
    : { title: 'The registry has a problem', advice: 'Push again later. Those who run it find the reason in its log.' }
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'title' in error && 'advice' in error
}
