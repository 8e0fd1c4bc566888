import type { ConfigChange, FileChange, ImageDiff, Layer } from '../../node/index.ts'
import { formatBytes } from '../terminal/format.ts'

const SIGNS = { added: '+', removed: '-', changed: '~', written: '*' } as const

/** Tells whether a comparison found no difference. */
export function isSame({ layers, config, files = [] }: ImageDiff): boolean {
  return [layers.removed, layers.added, config, files].every(({ length }) => length === 0)
}

/** Formats a comparison: a line for each difference, with `+`, `-` or `~` in front, and the sizes at the end. */
export function formatDiff(diff: ImageDiff): readonly string[] {
  const { layers, size, config, files = [] } = diff
  const shared = layers.shared.reduce((sum, layer) => sum + layer.size, 0)
  const change = `${size.change < 0 ? '-' : '+'}${formatBytes(Math.abs(size.change))}`
  return [
    ...config.map(formatConfigChange),
    ...layers.removed.map((layer) => formatLayer('-', layer)),
    ...layers.added.map((layer) => formatLayer('+', layer)),
    ...files.map(formatFileChange),
    `  layers in common: ${layers.shared.length} (${formatBytes(shared)})`,
    `  size: ${formatBytes(size.from)} -> ${formatBytes(size.to)} (${change})`,
    ...(isSame(diff) ? ['  no difference'] : []),
  ]
}

function formatConfigChange({ type, field, name, from, to }: ConfigChange): string {
  const what = name === undefined ? field : `${field} ${name}`
  const values = [from, to].filter((value) => value !== undefined).map((value) => JSON.stringify(value))
  return `${SIGNS[type]} config ${what}: ${values.join(' -> ')}`
}

function formatLayer(sign: string, { digest, size, createdBy }: Layer): string {
  const step = createdBy?.replace(/\s+/g, ' ').trim()
  return `${sign} layer ${digest} ${formatBytes(size)}${step ? `  ${step}` : ''}`
}

function formatFileChange({ type, path, differs, from, to }: FileChange): string {
  const kind = (to ?? from)?.type ?? 'file'
  return `${SIGNS[type]} ${kind} ${path}${differs.length > 0 ? ` (${differs.join(', ')})` : ''}`
}
