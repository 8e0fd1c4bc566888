// The descriptions that several commands share, so that the same name has the same words everywhere.

export const ARCHIVE = 'a file or a folder that docker save, podman or a build tool wrote, or - for stdin'

export const REFERENCE = 'registry/repository[:tag][@digest]'

export const IMAGE_INPUT = `an archive (a file, a folder, or - for stdin), or ${REFERENCE}; what exists as a file, begins with . or /, or ends in .tar is an archive`

export const OUTPUT = 'write to a file, a folder/ (OCI layout), or - for stdout'

export const FORCE = 'replace the file if it exists'

/** How `--image` names an image of an archive. */
export const IMAGE = 'an image of the archive: a name or a number from 0'

export const NAME = 'the name of the image in the file or folder; can be repeated'

/** How `--compress` names a format. */
export const COMPRESSION = 'gzip, zstd, or one with a level: zstd:9'

export const FORMAT = 'write for one kind of tool only'

export const DRY_RUN = 'print the plan, and change nothing'

/** How a pattern is written. */
export const PATTERN = 'with * and ?'
