import type { ImageConfig } from '../../node/index.ts'
import { formatAge, formatBytes } from '../terminal/format.ts'
import { type Column, formatFields, formatTable } from '../terminal/table.ts'
import type { ImageDescription } from './describe-image.ts'

const SIZE: Column = { title: 'SIZE', align: 'right' }
const LAYERS: readonly Column[] = [{ title: 'LAYER', isCut: true }, SIZE, { title: 'CREATED BY', isCut: true }]
const IMAGES: readonly Column[] = [{ title: 'PLATFORM' }, { title: 'DIGEST', isCut: true }, SIZE, { title: 'CREATED' }]

/** Formats an image for people: its facts, its config in short, and its layers or images. */
export function formatImage(image: ImageDescription, columns: number | undefined): readonly string[] {
  const { names, digest, mediaType, platforms, created, totalSize, layerCount, artifactType, layers, images } = image
  const facts: ReadonlyArray<readonly [string, string]> = [
    ...names.map((name, index) => [index === 0 ? 'name' : '', name] as const),
    ['digest', digest],
    ['media type', mediaType],
    ['artifact type', artifactType ?? ''],
    ['platform', platforms.join(', ')],
    ['created', dateOf(created)],
    ['size', `${formatBytes(totalSize)} in ${layerCount} ${layerCount === 1 ? 'layer' : 'layers'}`],
    ...configFields(image.configuration),
  ]
  return [
    ...formatFields(facts),
    ...section(images.length > 1, IMAGES, columns, () =>
      images.map((one) => [one.platform ?? '-', one.digest, formatBytes(one.totalSize), formatAge(one.created) || '-']),
    ),
    ...section(layers.length > 0, LAYERS, columns, () =>
      layers.map(({ digest, size, createdBy }) => [digest, formatBytes(size), createdBy ?? '']),
    ),
  ]
}

function section(
  isShown: boolean,
  columns: readonly Column[],
  width: number | undefined,
  rows: () => ReadonlyArray<readonly string[]>,
): readonly string[] {
  return isShown ? ['', ...formatTable(columns, rows(), width)] : []
}

function dateOf(created: string | undefined): string {
  const age = formatAge(created)
  return age === '' ? (created ?? '') : `${created} (${age})`
}

function configFields(config: ImageConfig | undefined): ReadonlyArray<readonly [string, string]> {
  if (!config) return []
  const { user, entrypoint, cmd, workingDir, env, exposedPorts, volumes, stopSignal, labels, author } = config
  const each = (name: string, values: readonly string[]) =>
    values.map((value, index) => [index === 0 ? name : '', value] as const)
  return [
    ['author', author],
    ['user', user],
    ['entrypoint', wordsOf(entrypoint)],
    ['cmd', wordsOf(cmd)],
    ['working dir', workingDir ?? ''],
    ['ports', Object.keys(exposedPorts).join(', ')],
    ['volumes', Object.keys(volumes).join(', ')],
    ['stop signal', stopSignal ?? ''],
    ...each('env', env),
    ...each(
      'labels',
      Object.entries(labels).map(([name, value]) => `${name}=${value}`),
    ),
  ]
}

/** A command, as a shell would read it. */
function wordsOf(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
}
