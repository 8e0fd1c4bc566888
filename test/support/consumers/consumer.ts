import type { GoProgramName } from '../../../scripts/find/go-program.js'

/** A tar that the package wrote, for a tool to take. */
export interface WrittenTar {
  readonly path: string
  /** The names of its images in full. Empty if it has one image, without a name. */
  readonly names: readonly string[]
  /** Of its first image. */
  readonly digest: string
}

/** An image, as a tool shows it after it took a tar. */
export interface TakenImage {
  readonly name: string | undefined
  /** Of the manifest or of the index. Absent if the tool keeps none. */
  readonly digest?: string
  /** The digest of the image's config: its ID. Absent if the tool does not show it. */
  readonly config?: string
  readonly diffIds: readonly string[]
}

/** A tool that takes tars. */
export interface Consumer {
  /** What it does, with its version. */
  readonly title: string
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
  /** Has the tool take a tar. Rejects with what the tool says if it does not take it. */
  take(tar: WrittenTar): Promise<readonly TakenImage[]>
  stop(): Promise<void>
}

/** Takes the images of a tar one by one: by their names, or the only one without a name. */
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
