/** An archive of `test/archives` whose image every runtime pulls as the same tar: two platforms with attestations. */
export const PULLED_ARCHIVE = 'docker-29.8-containerd-all-platforms.tar'
/** The name that the image gets in the tar. */
export const PULLED_NAME = 'registry.example.com/team/app:v1'
/** The SHA-256 of the tar. */
export const PULLED_TAR = '59bc9e1e1276481bd1f18a0d0d819962f75366fef3af8c05c7931b61f8b26b35'
