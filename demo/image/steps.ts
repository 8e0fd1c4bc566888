import type { ImageLayer } from 'registry-api-v2-client'
import type { DescribedImage } from '../worker/image.ts'

/** A step of a build, or a layer of which no step is known. */
export interface Step {
  readonly text: string | undefined
  readonly comment: string | undefined
  readonly layer: ImageLayer | undefined
  /** The number of its layer, from 1. 0 without a layer. */
  readonly number: number
}

/** Lists the steps of a build with their layers. If the history does not fit the layers, both are listed. */
export function stepsOf({ history, layers }: Pick<DescribedImage, 'history' | 'layers'>): readonly Step[] {
  const isFit = history.filter(({ layer }) => layer).length === layers.length
  let count = 0
  const steps = history.map(({ createdBy, comment, layer: digest }): Step => {
    const layer = digest && isFit ? layers[count] : undefined
    return { text: createdBy && readableStep(createdBy), comment, layer, number: layer ? ++count : 0 }
  })
  if (isFit) return steps
  const bare = layers.map((layer, index): Step => ({ text: undefined, comment: undefined, layer, number: index + 1 }))
  return [...bare, ...steps]
}

const SHELL = '/bin/sh -c '
const NO_RUN = '#(nop)'
const BUILDKIT = ' # buildkit'

/** Writes a step as in a Dockerfile. The classic builder stores the command of a shell instead. */
export function readableStep(createdBy: string): string {
  const step = createdBy.endsWith(BUILDKIT) ? createdBy.slice(0, -BUILDKIT.length) : createdBy
  if (!step.startsWith(SHELL)) return step.trim()
  const command = step.slice(SHELL.length).trim()
  return command.startsWith(NO_RUN) ? command.slice(NO_RUN.length).trim() : `RUN ${command}`
}
