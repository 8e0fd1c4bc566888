import type { Fault } from './fault.ts'
import type { $problemTexts } from './problem-texts.ts'

export { $problemTexts } from './problem-texts.ts'

/** A fault in words for the user of the page. */
interface Problem {
  readonly title: string
  /** The meaning and the remedy. */
  readonly advice: string
  /** The message of the SDK, for the people who run the registry. */
  readonly detail: string
}

type Texts = ReturnType<typeof $problemTexts.get>

/** Says a fault in words. */
export function describeProblem({ titles, advice }: Texts, fault: Fault): Problem {
  const code = fault.code !== undefined && Object.hasOwn(titles, fault.code) ? fault.code : 'unknown'
  return { title: titles[code], advice: advice[remedyOf(fault) ?? code], detail: fault.message }
}

/** Some statuses tell more than the code of the error. */
function remedyOf({ status }: Fault): 'badGateway' | 'storageFull' | undefined {
  if (status === 502 || status === 503 || status === 504) return 'badGateway'
  return status === 507 ? 'storageFull' : undefined
}
