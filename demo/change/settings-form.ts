import type { ImageEdits, MapChanges } from 'registry-api-v2-client'
import type { ImageSettings } from '../worker/editing.ts'

/** The settings of an image as texts, as a form has them. */
export interface SettingsForm {
  /** `["node", "server.js"]`, or words with spaces between them. */
  readonly entrypoint: string
  readonly cmd: string
  /** `NAME=value`, one in a line. */
  readonly env: string
  readonly labels: string
  readonly workingDir: string
  readonly user: string
  /** `8080 53/udp` */
  readonly exposedPorts: string
}

export const NO_SETTINGS: SettingsForm = {
  entrypoint: '',
  cmd: '',
  env: '',
  labels: '',
  workingDir: '',
  user: '',
  exposedPorts: '',
}

/** Fills the form. An entry that is not one line of `name=value` has no place in it, and stays as it is. */
export function formOf({ entrypoint, cmd, env, labels, workingDir, user, exposedPorts }: ImageSettings): SettingsForm {
  return {
    entrypoint: listText(entrypoint),
    cmd: listText(cmd),
    env: env.filter(isEntry).join('\n'),
    labels: Object.entries(labels)
      .filter(([name]) => !name.includes('='))
      .map(([name, value]) => `${name}=${value}`)
      .filter(isEntry)
      .join('\n'),
    workingDir: workingDir ?? '',
    user,
    exposedPorts: exposedPorts.join(' '),
  }
}

/** Finds the first field whose text cannot be read. */
export function findBadSetting(form: SettingsForm): keyof SettingsForm | undefined {
  if (!readList(form.entrypoint)) return 'entrypoint'
  if (!readList(form.cmd)) return 'cmd'
  if (!readMap(form.env)) return 'env'
  if (!readMap(form.labels)) return 'labels'
  if (form.workingDir !== '' && !form.workingDir.startsWith('/')) return 'workingDir'
  return words(form.exposedPorts).every((port) => PORT.test(port)) ? undefined : 'exposedPorts'
}

const PORT = /^\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/

/** Returns the edits that make one form of another. What is the same in both is not edited. */
export function editsBetween(before: SettingsForm, after: SettingsForm): ImageEdits {
  const differs = (name: keyof SettingsForm) => before[name].trim() !== after[name].trim()
  const list = (text: string) => readList(text) ?? []
  const orNull = (parts: readonly string[]) => (parts.length > 0 ? parts : null)
  return {
    // A new entrypoint would remove the command, which the form shows.
    ...(differs('entrypoint') && { entrypoint: orNull(list(after.entrypoint)), cmd: orNull(list(after.cmd)) }),
    ...(differs('cmd') && { cmd: orNull(list(after.cmd)) }),
    ...(differs('env') && { env: changesBetween(before.env, after.env) }),
    ...(differs('labels') && { labels: changesBetween(before.labels, after.labels) }),
    ...(differs('workingDir') && { workingDir: after.workingDir.trim() || null }),
    ...(differs('user') && { user: after.user.trim() || null }),
    ...(differs('exposedPorts') && { exposedPorts: orNull(words(after.exposedPorts)) }),
  }
}

function changesBetween(before: string, after: string): MapChanges {
  const [old, now] = [readMap(before) ?? new Map(), readMap(after) ?? new Map()]
  const removed = [...old.keys()].filter((name) => !now.has(name)).map((name) => [name, null] as const)
  const set = [...now].filter(([name, value]) => old.get(name) !== value)
  return Object.fromEntries([...removed, ...set])
}

/** Reads a list: JSON as in a Dockerfile, or words. */
function readList(text: string): readonly string[] | undefined {
  if (!text.trim().startsWith('[')) return words(text)
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) && list.every((part) => typeof part === 'string') ? list : undefined
  } catch {
    return undefined
  }
}

/** Reads lines of `name=value`. */
function readMap(text: string): ReadonlyMap<string, string> | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (!lines.every(isEntry)) return undefined
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1)]))
}

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '')
const isEntry = (text: string) => text.indexOf('=') > 0 && !/[\n\r]/.test(text)

/** Writes a list as a Dockerfile does. */
function listText(list: readonly string[]): string {
  return list.length === 0 ? '' : JSON.stringify(list)
}
