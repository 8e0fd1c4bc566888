import type { Content } from './descriptor.ts'
import type { Digest } from './digest.ts'
import { isJsonObject, type JsonObject, objectField, textField, textListField } from './json.ts'

/** What an image's config says, by Docker's and OCI's field names in camel case (image-spec § Image Configuration). */
export interface ImageConfig {
  readonly architecture: string
  readonly os: string
  readonly variant: string | undefined
  /** RFC 3339, as the config has it. */
  readonly created: string | undefined
  readonly author: string
  readonly comment: string
  readonly cmd: readonly string[]
  readonly entrypoint: readonly string[]
  readonly env: readonly string[]
  readonly user: string
  readonly workingDir: string | undefined
  readonly exposedPorts: JsonObject
  readonly labels: Readonly<Record<string, string>>
  /** The digests of the layers when they are not compressed, lowest first. */
  readonly diffIds: readonly string[]
  readonly history: readonly HistoryEntry[]
}

/** How one step of the build came to be. An entry with `emptyLayer` has no layer. */
export interface HistoryEntry {
  readonly created: string | undefined
  readonly createdBy: string | undefined
  readonly emptyLayer: boolean
}

/** A layer with its bytes. */
export interface Layer extends Content {
  readonly diffId: Digest
}

/** One image, ready to be pushed: every part knows its digest, and where its bytes are. */
export interface Image {
  /** The names it has in its archive, as they stand there. */
  readonly names: readonly string[]
  readonly config: Content
  /** What the config's bytes say. */
  readonly configuration: ImageConfig
  /** Lowest first. */
  readonly layers: readonly Layer[]
  readonly manifest: Content
}

/** Reads an image's config. Fields that are absent or of another kind than the spec's are left empty. */
export function readImageConfig(document: JsonObject): ImageConfig {
  const runtime = objectField(document, 'config')
  return {
    architecture: textField(document, 'architecture') ?? '',
    os: textField(document, 'os') ?? '',
    variant: textField(document, 'variant'),
    created: textField(document, 'created'),
    author: textField(document, 'author') ?? '',
    comment: textField(document, 'comment') ?? '',
    cmd: textListField(runtime, 'Cmd'),
    entrypoint: textListField(runtime, 'Entrypoint'),
    env: textListField(runtime, 'Env'),
    user: textField(runtime, 'User') ?? '',
    workingDir: textField(runtime, 'WorkingDir'),
    exposedPorts: objectField(runtime, 'ExposedPorts'),
    labels: textFields(objectField(runtime, 'Labels')),
    diffIds: textListField(objectField(document, 'rootfs'), 'diff_ids'),
    history: readHistory(document.history),
  }
}

function readHistory(history: unknown): readonly HistoryEntry[] {
  if (!Array.isArray(history)) return []
  return history.filter(isJsonObject).map((entry) => ({
    created: textField(entry, 'created'),
    createdBy: textField(entry, 'created_by'),
    emptyLayer: entry.empty_layer === true,
  }))
}

function textFields(object: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(object).filter((field): field is [string, string] => typeof field[1] === 'string'),
  )
}
