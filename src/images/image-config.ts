import { ValidationError } from '../errors.ts'
import { CONFIG_SHAPE, verifyFieldNames } from '../oci/field-names.ts'
import {
  isJsonObject,
  type JsonObject,
  objectField,
  parseJson,
  textField,
  textFields,
  textListField,
} from '../oci/json.ts'
import type { HistoryEntry, ImageConfig } from './image.ts'

/**
 * Parses an image's config.
 *
 * @param what The document, for the message.
 * @throws {ValidationError} if it is not a JSON object, or has a field's name in another case
 */
export function parseImageConfig(bytes: Uint8Array, what: string): ImageConfig {
  return readImageConfig(parseConfigObject(bytes, what))
}

/** The same, with all that is in it. */
export function parseConfigObject(bytes: Uint8Array, what: string, parse = parseJson): JsonObject {
  const document = parse(bytes, what)
  if (!isJsonObject(document)) {
    throw new ValidationError('IMAGE_INVALID', `Cannot read ${what}: it is not a JSON object`, { path: what })
  }
  verifyFieldNames(document, CONFIG_SHAPE, what)
  return document
}

/** Reads an image's config. Fields that are absent or of another kind than the spec's are left empty. */
export function readImageConfig(document: JsonObject): ImageConfig {
  const runtime = objectField(document, 'config')
  return {
    architecture: textField(document, 'architecture') ?? '',
    os: textField(document, 'os') ?? '',
    variant: textField(document, 'variant'),
    osVersion: textField(document, 'os.version'),
    created: textField(document, 'created'),
    author: textField(document, 'author') ?? '',
    comment: textField(document, 'comment') ?? '',
    cmd: commandField(runtime, 'Cmd'),
    entrypoint: commandField(runtime, 'Entrypoint'),
    env: textListField(runtime, 'Env'),
    user: textField(runtime, 'User') ?? '',
    workingDir: textField(runtime, 'WorkingDir'),
    exposedPorts: objectField(runtime, 'ExposedPorts'),
    volumes: objectField(runtime, 'Volumes'),
    stopSignal: textField(runtime, 'StopSignal'),
    healthcheck: isJsonObject(runtime.Healthcheck) ? runtime.Healthcheck : undefined,
    labels: textFields(runtime, 'Labels'),
    diffIds: textListField(objectField(document, 'rootfs'), 'diff_ids'),
    history: readHistory(document.history),
  }
}

/** The words of a command. Docker takes a text for a list of one. */
export function commandField(runtime: JsonObject, key: string): readonly string[] {
  const text = textField(runtime, key)
  return text === undefined ? textListField(runtime, key) : [text]
}

function readHistory(history: unknown): readonly HistoryEntry[] {
  if (!Array.isArray(history)) return []
  return history.filter(isJsonObject).map((entry) => ({
    created: textField(entry, 'created'),
    createdBy: textField(entry, 'created_by'),
    author: textField(entry, 'author'),
    comment: textField(entry, 'comment'),
    emptyLayer: entry.empty_layer === true,
  }))
}
