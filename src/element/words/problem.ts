import type { Fault } from './fault.ts'
import { messages } from './messages.ts'

/** A fault in words for the user of the page. */
interface Problem {
  readonly title: string
  /** The meaning and the remedy. */
  readonly advice: string
  /** The message of the SDK, for the people who run the registry. */
  readonly detail?: string
}

export const $problemTexts = messages('element/problem', {
  unreadable: 'This file cannot be read',
  notPushable: 'This cannot be pushed as it is',
  damaged: 'The archive is damaged',
  noAnswer: 'The registry does not answer',
  noAnswerAdvice: 'Check its address, and whether it runs. It also has to allow this page to use it (CORS).',
  notSignedIn: 'The registry does not let you in',
  notSignedInAdvice: 'Sign in as another user.',
  refused: 'The registry refuses',
  refusedAdvice: 'It gives a reason for the people who run it.',
  wrong: 'Something went wrong',
})

type Texts = ReturnType<typeof $problemTexts.get>

/** Says a fault in words. */
export function describeProblem(texts: Texts, { name, message, status }: Fault): Problem {
  switch (name) {
    case 'TarReadError':
      return { title: texts.unreadable, advice: message }
    case 'ValidationError':
      return { title: texts.notPushable, advice: message }
    case 'DigestMismatchError':
      return { title: texts.damaged, advice: message }
    case 'NetworkError':
      return { title: texts.noAnswer, advice: texts.noAnswerAdvice, detail: message }
    case 'ResponseError':
      return status === 401
        ? { title: texts.notSignedIn, advice: texts.notSignedInAdvice, detail: message }
        : { title: texts.refused, advice: texts.refusedAdvice, detail: message }
  }
  return { title: texts.wrong, advice: message }
}
