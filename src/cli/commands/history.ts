import { type HistoryEntry, type Image, type Layer, ValidationError } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { oneImage } from '../input/one-image.ts'
import { type InputChoice, openImageInput } from '../input/open-image.ts'
import { formatAge, formatBytes } from '../terminal/format.ts'
import { type Column, formatTable } from '../terminal/table.ts'

/** A step of a build, with the layer that it made. */
interface Step extends HistoryEntry {
  readonly layer: Layer['digest'] | undefined
  /** Of the layer, in bytes. */
  readonly size: number
}

const COLUMNS: readonly Column[] = [
  { title: 'CREATED' },
  { title: 'SIZE', align: 'right' },
  { title: 'CREATED BY', isCut: true },
  { title: 'COMMENT', isCut: true },
]

/** Lists the steps of a build, the last one first, as `docker history` does. The document has the first one first. */
export async function history(context: Context, text: string, choice: InputChoice): Promise<Result> {
  const { image, close } = await openImageInput(context, text, choice)
  await close()
  const one = oneImage(image)
  if (one.kind === 'artifact') {
    const fault = `Cannot list the history of "${text}": it is an artifact, and not an image`
    const remedy = 'look at it with "registry-client inspect", or write its files with "registry-client artifact pull"'
    throw new ValidationError('NOT_SUPPORTED', fault, { remedy, input: one.manifest.digest })
  }
  const steps = stepsOf(one)
  const rows = steps.map(({ created, size, createdBy, comment }) => [
    formatAge(created) || '-',
    formatBytes(size),
    oneLine(createdBy ?? ''),
    oneLine(comment ?? ''),
  ])
  const hasComments = rows.some(([, , , comment]) => comment !== '')
  const columns = hasComments ? COLUMNS : COLUMNS.slice(0, -1)
  return {
    json: steps,
    lines: formatTable(
      columns,
      rows.reverse().map((row) => row.slice(0, columns.length)),
      context.columns,
    ),
  }
}

/** An image without a history, or with one that does not fit, has a step for each layer. */
function stepsOf({ configuration, layers }: Image): readonly Step[] {
  const history = configuration?.history ?? []
  if (history.filter(({ emptyLayer }) => !emptyLayer).length !== layers.length) return layers.map(layerStep)
  let position = 0
  return history.map((step) => {
    const { digest, size } = (step.emptyLayer ? undefined : layers[position++]) ?? { digest: undefined, size: 0 }
    return { ...step, layer: digest, size }
  })
}

function layerStep({ digest, size, created, createdBy }: Layer): Step {
  return { created, createdBy, author: undefined, comment: undefined, emptyLayer: false, layer: digest, size }
}

/** Steps of a Dockerfile have line breaks and tabs between their words. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
