import type { ImageEdits, MapChanges } from '../../node/index.ts'

type Pairs = Readonly<Record<string, string>>

/** The options for the config of an image. */
export interface ConfigFlags {
  readonly env?: Pairs | undefined
  readonly label?: Pairs | undefined
  readonly annotation?: Pairs | undefined
  readonly unsetEnv?: readonly string[] | undefined
  readonly unsetLabel?: readonly string[] | undefined
  readonly unsetAnnotation?: readonly string[] | undefined
  readonly cmd?: readonly string[] | undefined
  readonly entrypoint?: readonly string[] | undefined
  readonly user?: string | undefined
  readonly workdir?: string | undefined
  readonly port?: readonly string[] | undefined
  readonly volume?: readonly string[] | undefined
  readonly stopSignal?: string | undefined
  readonly author?: string | undefined
  readonly created?: Date | undefined
}

/** Turns options into edits. An empty text removes a value. */
export function editsOf(flags: ConfigFlags): ImageEdits {
  return {
    env: changes(flags.env, flags.unsetEnv),
    labels: changes(flags.label, flags.unsetLabel),
    annotations: changes(flags.annotation, flags.unsetAnnotation),
    cmd: unlessEmpty(flags.cmd),
    entrypoint: unlessEmpty(flags.entrypoint),
    user: unlessEmpty(flags.user),
    workingDir: unlessEmpty(flags.workdir),
    exposedPorts: flags.port,
    volumes: flags.volume,
    stopSignal: unlessEmpty(flags.stopSignal),
    author: unlessEmpty(flags.author),
    created: flags.created,
  }
}

function changes(set: Pairs = {}, unset: readonly string[] = []): MapChanges | undefined {
  const all = { ...Object.fromEntries(unset.map((name) => [name, null])), ...set }
  return Object.keys(all).length === 0 ? undefined : all
}

function unlessEmpty<T extends string | readonly string[]>(value: T | undefined): T | null | undefined {
  return value?.length === 0 ? null : value
}
