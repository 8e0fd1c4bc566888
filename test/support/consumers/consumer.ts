import type { GoProgramName } from '../../../scripts/find/go-program.js'

/** What the package wrote, for a tool to take. */
export interface WrittenImages {
  /** Of the tar or the folder. */
  readonly path: string
  /** The names of its images in full. Empty if it has one image, without a name. */
  readonly names: readonly string[]
  /** Of its first image. */
  readonly digest: string
}

/** An image, as a tool shows it after it took what was written. */
export interface TakenImage {
  readonly name: string | undefined
  /** Of the manifest or of the index. Absent if the tool keeps none. */
  readonly digest?: string
  /** The digest of the image's config: its ID. Absent if the tool does not show it. */
  readonly config?: string
  readonly diffIds: readonly string[]
}

/** A tool that takes images. */
export interface Consumer {
  /** What it does, with its version. */
  readonly title: string
  /** @default tar */
  readonly takes?: 'tar' | 'folder'
  /** The Go programs that it needs. @default none */
  readonly programs?: readonly GoProgramName[]
  /** Tells why it cannot be had here. @default it can */
  readonly absence?: () => string | undefined
  /** True if it makes a manifest of its own. @default false */
  readonly makesManifest?: boolean
  /** How it shows a full name. @default as it is */
  readonly show?: (name: string) => string
  /** @param programs The paths of the Go programs. */
  start(programs: Readonly<Record<string, string>>): Promise<StartedConsumer>
}

export interface StartedConsumer {
  /** Has the tool take images. Rejects with what the tool says if it does not take them. */
  take(written: WrittenImages): Promise<readonly TakenImage[]>
  /** Has the tool push the image of a tar to a registry by a full name, and forget the image. Absent if it cannot. */
  push?(written: WrittenImages, name: string): Promise<void>
  stop(): Promise<void>
}

/** Takes images one by one: by their names, or the only one without a name. */
export async function takeEach(
  names: readonly string[],
  take: (name: string | undefined) => Promise<Omit<TakenImage, 'name'>>,
): Promise<readonly TakenImage[]> {
  const images = []
  for (const name of names.length > 0 ? names : [undefined]) images.push({ name, ...(await take(name)) })
  return images
}

export function tagOf(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1)
}
