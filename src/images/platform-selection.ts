/** Selects platforms of multi-platform images. */
export interface PlatformSelection {
  /** One platform of a multi-platform image, such as `linux/amd64`: its manifest is used instead of the index. */
  readonly platform?: string | undefined
  /**
   * Several platforms, such as `['linux/amd64', 'linux/arm64']`: a new index of these. Or the part to use of an index
   * that lists more than there is: `available` makes a new index that lists what there is, `all` makes that an error. A
   * new index has another digest, which `onWarning` tells.
   * @default as `docker push` does: the manifest of the only platform that is there, which `onWarning` tells; an error
   *   if there are several, but not all
   */
  readonly platforms?: 'all' | 'available' | readonly string[] | undefined
  /** Called with a text for anything that is unusual, but harmless. */
  readonly onWarning?: ((warning: string) => void) | undefined
}
