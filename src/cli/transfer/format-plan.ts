import type { PlannedTag, PushPlan } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { formatBytes } from '../terminal/format.ts'
import { formatTable } from '../terminal/table.ts'

/** Formats plans for people and programs. */
export function formatPlans({ columns }: Context, plans: readonly PushPlan[]): Result {
  return {
    json: { plans },
    lines: plans.flatMap((plan, index) => [...(index > 0 ? [''] : []), ...linesOf(plan, columns)]),
  }
}

const COLUMNS = [
  { title: 'ACTION' },
  { title: 'KIND' },
  { title: 'SIZE', align: 'right' },
  { title: 'DIGEST', isCut: true },
] as const

/** The tags, a table of the blobs, and the sum. */
function linesOf(
  { registry, blobs, tags, manifests, uploadBytes, totalBytes, requests }: PushPlan,
  width: number | undefined,
): readonly string[] {
  const { host } = new URL(registry)
  const rows = [
    ...blobs.map(({ action, kind, size, digest, mountFrom }) => {
      return [mountFrom === undefined ? action : `mount from ${mountFrom}`, kind, formatBytes(size), digest]
    }),
    ...manifests.map(({ size, digest }) => ['put', 'manifest', formatBytes(size), digest]),
  ]
  return [
    ...tags.map((tag) => `${host}/${tag.repository}:${tag.tag} ${describeTag(tag)}`),
    '',
    ...formatTable(COLUMNS, rows, width),
    '',
    `${formatBytes(uploadBytes)} of ${formatBytes(totalBytes)} to send, in about ${requests} ${requests === 1 ? 'request' : 'requests'}`,
  ]
}

function describeTag({ digest, previous }: PlannedTag): string {
  if (previous === undefined) return `will be new: ${digest}`
  return previous === digest ? `will not change: ${digest}` : `will move from ${previous} to ${digest}`
}
