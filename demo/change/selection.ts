/** The tags, the image or the repository that an action is about. */
export interface Selection {
  /** The address of the registry. */
  readonly registry: string
  readonly repository: string
  /** The tags that the user chose, or the digest of an image. */
  readonly references: readonly string[]
  /** The platform that the user looks at, of a single image. */
  readonly platform?: string | undefined
}

/** The properties of the dialog of an action. */
export interface ActionDialogProps extends Selection {
  /** @param isChanged True if something in the registry is not as it was. */
  onClose(isChanged: boolean): void
}
