import { commandField } from '../images/image-config.ts'
import { type JsonObject, objectField, textField, textListField } from '../oci/json.ts'
import { editMap, sortedObject, withField } from './edit-map.ts'
import { withHistory } from './history.ts'
import type { ImageEdits, MapChanges } from './image-edits.ts'

/** A field of a config that changes. */
interface FieldChange {
  readonly field: string
  /** Its new value. `undefined` removes it. */
  readonly value: unknown
  /** The steps that do this, in the words of a Dockerfile. */
  readonly steps: readonly string[]
}

/**
 * Edits the document of a config. Each field that changes adds a step to the history, in the words of a Dockerfile. If
 * nothing changes, the result has the same fields in the same order.
 */
export function editConfig(document: JsonObject, edits: ImageEdits): JsonObject {
  const changes = listChanges(document, edits).filter((change) => change !== undefined)
  let edited = document
  if (edits.created !== undefined) edited = withField(edited, 'created', edits.created ?? undefined)
  if (edits.author !== undefined) edited = withField(edited, 'author', edits.author ?? undefined)
  if (changes.length === 0) return edited
  let config = objectField(document, 'config')
  for (const { field, value } of changes) config = withField(config, field, value)
  const steps = changes.flatMap(({ steps }) => steps)
  return withHistory(
    withField(edited, 'config', config),
    steps.map((created_by) => ({ created_by, empty_layer: true })),
  )
}

/** In the order of a Dockerfile, whatever the order of the edits. */
function listChanges(document: JsonObject, edits: ImageEdits): ReadonlyArray<FieldChange | undefined> {
  const config = objectField(document, 'config')
  const { exposedPorts, entrypoint, cmd } = edits
  const newEntrypoint = changeList(config, 'Entrypoint', 'ENTRYPOINT', entrypoint)
  return [
    changeLabels(config, edits.labels),
    changeEnv(config, edits.env, textField(document, 'os') === 'windows'),
    changeSet(config, 'ExposedPorts', 'EXPOSE', exposedPorts as readonly string[] | null | undefined),
    changeSet(config, 'Volumes', 'VOLUME', edits.volumes),
    changeText(config, 'User', 'USER', edits.user),
    changeText(config, 'WorkingDir', 'WORKDIR', edits.workingDir),
    newEntrypoint,
    // The command was made for the entrypoint as it was. An ENTRYPOINT of a Dockerfile removes it too.
    changeList(config, 'Cmd', 'CMD', cmd === undefined && newEntrypoint ? null : cmd),
    changeText(config, 'StopSignal', 'STOPSIGNAL', edits.stopSignal),
  ]
}

function changeLabels(config: JsonObject, edit: MapChanges | null | undefined): FieldChange | undefined {
  if (edit === undefined) return undefined
  const { after, ...changes } = editMap(new Map(Object.entries(objectField(config, 'Labels'))), edit)
  return changeOf('Labels', after.size > 0 && sortedObject(after), stepsOf('LABEL', changes))
}

function changeEnv(
  config: JsonObject,
  edit: MapChanges | null | undefined,
  isWindows: boolean,
): FieldChange | undefined {
  if (edit === undefined) return undefined
  const before = new Map(textListField(config, 'Env').map(readVariable))
  // Names have no case on Windows: the variable that is there is meant.
  const nameOf = (name: string) => {
    const upper = name.toUpperCase()
    return (isWindows && [...before.keys()].find((other) => other.toUpperCase() === upper)) || name
  }
  const named = edit && Object.fromEntries(Object.entries(edit).map(([name, value]) => [nameOf(name), value]))
  const { after, ...changes } = editMap(before, named)
  const variables = [...after].map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
  return changeOf('Env', variables.length > 0 && variables, stepsOf('ENV', changes))
}

/** A variable may have no value. */
function readVariable(variable: string): readonly [name: string, value: string | undefined] {
  const end = variable.indexOf('=')
  return end < 0 ? [variable, undefined] : [variable.slice(0, end), variable.slice(end + 1)]
}

/** A set is an object whose values are empty, as Go writes it. */
function changeSet(
  config: JsonObject,
  field: string,
  instruction: string,
  edit: readonly string[] | null | undefined,
): FieldChange | undefined {
  if (edit === undefined) return undefined
  const before = Object.keys(objectField(config, field)).sort()
  const names = [...new Set(edit ?? [])].sort()
  if (JSON.stringify(before) === JSON.stringify(names)) return undefined
  const value = names.length > 0 && Object.fromEntries(names.map((name) => [name, {}]))
  return changeOf(field, value, [value ? `${instruction} ${names.map(quote).join(' ')}` : `remove ${instruction}`])
}

function changeText(
  config: JsonObject,
  field: string,
  instruction: string,
  edit: string | null | undefined,
): FieldChange | undefined {
  if (edit === undefined || (edit ?? '') === (textField(config, field) ?? '')) return undefined
  return changeOf(field, edit, [edit ? `${instruction} ${edit}` : `remove ${instruction}`])
}

function changeList(
  config: JsonObject,
  field: string,
  instruction: string,
  edit: readonly string[] | null | undefined,
): FieldChange | undefined {
  const text = JSON.stringify(edit ?? [])
  if (edit === undefined || text === JSON.stringify(commandField(config, field))) return undefined
  return changeOf(field, edit && edit.length > 0 && edit, [
    text === '[]' ? `remove ${instruction}` : `${instruction} ${text}`,
  ])
}

/** @param value A value that is falsy removes the field. */
function changeOf(field: string, value: unknown, steps: readonly string[]): FieldChange | undefined {
  return steps.length === 0 ? undefined : { field, value: value || undefined, steps }
}

function stepsOf(instruction: string, { set, removed }: Omit<ReturnType<typeof editMap>, 'after'>): readonly string[] {
  return [
    ...(removed.length > 0 ? [`remove ${instruction} ${removed.map(quote).join(' ')}`] : []),
    ...(set.length > 0
      ? [`${instruction} ${set.map(([key, value]) => `${quote(key)}=${quote(value)}`).join(' ')}`]
      : []),
  ]
}

/** A word of an instruction. */
function quote(text: string): string {
  return /^[^\s"'\\$]+$/.test(text) ? text : JSON.stringify(text)
}
