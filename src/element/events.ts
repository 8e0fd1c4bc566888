import type { PushedImage } from './view/pushed-image.ts'
import type { Summary } from './view/summary.ts'
import type { Fault } from './words/fault.ts'

/** The detail of the event `push-open`: an archive was read. */
export interface OpenedDetail {
  /** Of the file or folder. */
  readonly name: string
  /** The names of each image. */
  readonly images: ReadonlyArray<{ readonly names: readonly string[]; readonly platforms: readonly string[] }>
}

/** The detail of the event `push-done`: the images of an archive are in the registry. */
export interface DoneDetail {
  /** Of the file or folder. */
  readonly name: string
  /** The address of the registry, as it was typed. */
  readonly registry: string
  /** One for each tag. */
  readonly images: readonly PushedImage[]
}

/** The detail of the event `push-error`: an archive cannot be read, or was not pushed. */
export interface ErrorDetail {
  /** Of the file or folder. */
  readonly name: string
  /** The address of the registry, as it was typed. */
  readonly registry: string
  readonly fault: Fault
}

/** The events of `<registry-push>`. They bubble, also out of shadow roots. */
export interface RegistryPushEvents {
  'push-open': CustomEvent<OpenedDetail>
  /** The progress of all pushes together, when it changes. */
  'push-progress': CustomEvent<Summary>
  'push-done': CustomEvent<DoneDetail>
  'push-error': CustomEvent<ErrorDetail>
}
