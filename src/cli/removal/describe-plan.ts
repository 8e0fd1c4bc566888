import {
  type DeletePlan,
  type Index,
  isIndex,
  type KeptManifest,
  type Manifest,
  type PlannedDelete,
} from '../../node/index.ts'
import { formatArgument } from '../terminal/argument.ts'
import { formatBytes } from '../terminal/format.ts'
import { type Cells, formatTable } from '../terminal/table.ts'

const COLUMNS = [
  { title: 'ACTION' },
  { title: 'TAG' },
  { title: 'DIGEST' },
  { title: 'KIND' },
  { title: 'SIZE', align: 'right' },
  { title: 'WHY' },
] as const

/** The rows of a plan that are shown before a question. The screen has room for them. */
const MAX_SHOWN = 16
/** Reasons by which most tags of a repository stay. They are counted, and not listed, before a question. */
const EXPECTED: ReadonlySet<string> = new Set(['not-chosen', 'kept', 'newest', 'recent'])

/** Describes a whole plan: the deletes, the kept images that the choice matched, and a summary. */
export function describePlan(plan: DeletePlan, name: string, columns: number | undefined): readonly string[] {
  const stays = plan.stays.filter(({ reason }) => reason !== 'not-chosen')
  return [
    ...formatTable(COLUMNS, [...goingRows(plan), ...stays.map(stayingRow)], columns),
    '',
    ...summarize(plan, name),
  ]
}

/** Describes a plan before a question, however long it is. */
export function showPlan(
  plan: DeletePlan,
  name: string,
  undo: string | undefined,
  columns: number | undefined,
): readonly string[] {
  const unexpected = plan.stays.filter(({ reason }) => !EXPECTED.has(reason))
  const rows = [...goingRows(plan), ...unexpected.map(stayingRow)]
  const more = rows.length - MAX_SHOWN
  return [
    ...formatTable(COLUMNS, rows.slice(0, MAX_SHOWN), columns),
    ...(more > 0 ? [`… and ${more} more; --dry-run lists all`] : []),
    '',
    ...summarize(plan, name),
    undo === undefined
      ? 'Without --undo <file>, you cannot undo this.'
      : `To undo this later: registry-client undo ${formatArgument(undo)}`,
  ]
}

function goingRows({ deletes, manifests }: DeletePlan): readonly Cells[] {
  const kept = new Map(manifests.map((manifest) => [manifest.digest, readManifest(manifest)]))
  return deletes.flatMap((step) => {
    const manifest = kept.get(step.digest)
    const about = manifest ? [kindOf(manifest), sizeText(manifest)] : ['', '']
    const names = step.tags.length > 0 ? step.tags : ['']
    return names.map((tag) => [
      step.way === 'digest' ? 'delete' : 'untag',
      tag,
      shorten(step.digest),
      ...about,
      whyItGoes(step),
    ])
  })
}

function stayingRow({ tag = '', digest, text }: DeletePlan['stays'][number]): Cells {
  return ['keep', tag, shorten(digest), '', '', text]
}

function whyItGoes({ why, way, siblings }: PlannedDelete): string {
  if (way !== 'digest')
    return `the image is kept: ${siblings.length > 0 ? `also tagged ${siblings.join(', ')}` : 'it is needed'}`
  return { chosen: '', child: 'only a deleted index lists it', referrer: 'it is attached to a deleted image' }[why]
}

function summarize({ deletes, manifests, stays, unread }: DeletePlan, name: string): readonly string[] {
  const going = new Set(deletes.filter(({ way }) => way === 'digest').map(({ digest }) => digest))
  const blobs = manifests.filter(({ digest }) => going.has(digest)).flatMap((kept) => blobsOf(readManifest(kept)))
  const sizes = new Map(blobs.map(({ digest, size }) => [digest, size]))
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const tags = deletes.flatMap(({ tags }) => tags).length
  const staying = stays.filter(({ tag }) => tag !== undefined).length
  const content =
    going.size > 0 ? ` and ${count(going.size, 'manifest')}, with up to ${formatBytes(bytes)} of content` : ''
  return [
    `${name}: deletes ${count(tags, 'tag')}${content}; keeps ${count(staying, 'tag')}.`,
    ...(unread.length > 0
      ? [`${count(unread.length, 'manifest')} could not be read and may need others. So only tags are deleted.`]
      : []),
  ]
}

function readManifest({ content }: KeptManifest): Manifest | Index {
  return JSON.parse(Buffer.from(content, 'base64').toString())
}

/** The blobs of a manifest. Those of an index belong to its images. */
function blobsOf(manifest: Manifest | Index) {
  return isIndex(manifest) ? [] : [manifest.config, ...manifest.layers]
}

function sizeText(manifest: Manifest | Index): string {
  return isIndex(manifest) ? '' : formatBytes(blobsOf(manifest).reduce((sum, { size }) => sum + size, 0))
}

function kindOf(manifest: Manifest | Index): string {
  if (isIndex(manifest)) return 'index'
  return /\.(?:image\.config|container\.image)\.v1\+json$/.test(manifest.config.mediaType) ? 'image' : 'artifact'
}

function shorten(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12)
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
