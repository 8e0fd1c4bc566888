import { listReferrers, type Referrer, type Registry } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { parsePlace, referenceOf } from '../input/place.ts'
import { formatAge, formatBytes } from '../terminal/format.ts'
import { type Column, formatTable } from '../terminal/table.ts'
import { drawTree } from '../terminal/tree.ts'

interface ReferrersFlags {
  readonly type?: string | undefined
  readonly children?: true | undefined
  readonly tree?: true | undefined
}

/** A referrer, with its own referrers. */
interface TreeReferrer extends Referrer {
  readonly referrers: readonly TreeReferrer[]
}

/** The levels of a tree. A real one has few: the signature of an SBOM is on the second. */
const MAX_LEVELS = 8

const CREATED = 'org.opencontainers.image.created'

/** Lists the referrers of an image. */
export async function referrers(context: Context, text: string, flags: ReferrersFlags): Promise<Result> {
  const { type: artifactType, children, tree } = flags
  const { signal, onWarning } = context
  const place = parsePlace(text)
  const registry = await context.openRegistry(place.registry)
  const options = { artifactType, children, signal, onWarning }
  const found = await listReferrers(registry, place.repository, referenceOf(place), options)
  if (found.length === 0) context.note(`The registry has no referrers of ${text}.`)
  if (!tree) return { json: { referrers: found }, lines: found.length === 0 ? [] : tableOf(context, found, children) }
  const whole = await withReferrers(context, registry, place.repository, found)
  return { json: { referrers: whole }, lines: found.length === 0 ? [] : drawTree(text, whole, toNode) }
}

/** Adds the referrers of each referrer, and so on. */
async function withReferrers(
  context: Context,
  registry: Registry,
  repository: string,
  found: readonly Referrer[],
  level = 1,
): Promise<readonly TreeReferrer[]> {
  const { signal, onWarning } = context
  const listed: TreeReferrer[] = []
  for (const referrer of found) {
    const { digest } = referrer
    const about = level < MAX_LEVELS ? await listReferrers(registry, repository, digest, { signal, onWarning }) : []
    listed.push({ ...referrer, referrers: await withReferrers(context, registry, repository, about, level + 1) })
  }
  return listed
}

function tableOf({ columns: width }: Context, found: readonly Referrer[], children = false): readonly string[] {
  const columns: readonly Column[] = [
    { title: 'KIND' },
    { title: 'TYPE', isCut: true },
    { title: 'DIGEST', isCut: true },
    { title: 'SIZE', align: 'right' },
    { title: 'CREATED' },
    ...(children ? [{ title: 'ABOUT', isCut: true }] : []),
  ]
  const rows = found.map(({ kind, artifactType = '', digest, size, annotations, subject }) => [
    ...[kind, artifactType, digest, formatBytes(size), formatAge(annotations[CREATED])],
    ...(children ? [subject] : []),
  ])
  return formatTable(columns, rows, width)
}

/** The lines of a referrer in a tree: what it is, and its annotations. */
function toNode({ kind, artifactType = '', digest, size, annotations, referrers }: TreeReferrer) {
  const facts = [kind, artifactType, digest, formatBytes(size), formatAge(annotations[CREATED])]
  const others = Object.entries(annotations).filter(([name]) => name !== CREATED)
  return {
    lines: [facts.filter(Boolean).join('  '), ...others.map(([name, value]) => `${name}: ${value}`)],
    children: referrers,
  }
}
