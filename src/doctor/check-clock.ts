import { type Finding, passed, skipped, warning } from './check.ts'
import type { Probed } from './probe.ts'

/** In milliseconds: what servers allow for the times in tokens (distribution: 60 s). */
const TOLERANCE = 60_000

/** Compares the clocks of the registry, its token server and this machine: tokens and certificates have dates. */
export function checkClock(ping: Probed, realmAnswer: Probed | undefined): Finding {
  const ahead = aheadOf(ping)
  if (ahead === undefined) return skipped('NOT_VISIBLE', 'the answer has no date that can be read.')
  const tokenAhead = realmAnswer && aheadOf(realmAnswer)
  if (tokenAhead !== undefined && Math.abs(tokenAhead - ahead) > TOLERANCE) {
    return warning(
      'CLOCK_DIFFERS',
      `The clock of the token server is ${differenceOf(tokenAhead - ahead)} that of the registry: the registry may refuse its tokens.`,
      'set both clocks, for example with NTP',
    )
  }
  if (Math.abs(ahead) <= TOLERANCE) return passed('The clock of the registry shows the time of this machine.')
  return warning(
    'CLOCK_DIFFERS',
    `The clock of the registry is ${differenceOf(ahead)} that of this machine: tokens, signed URLs and certificates may seem expired.`,
    'set the clocks, for example with NTP',
  )
}

/** Returns by how much a server's clock is ahead of this machine, in milliseconds. */
function aheadOf({ headers, time }: Probed): number | undefined {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) ? undefined : date - time
}

function differenceOf(milliseconds: number): string {
  return `${Math.round(Math.abs(milliseconds) / 1000)} s ${milliseconds > 0 ? 'ahead of' : 'behind'}`
}
