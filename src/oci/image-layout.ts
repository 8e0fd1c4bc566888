/** The index of an image layout (image-spec § Image Layout). */
export const INDEX_PATH = 'index.json'
/** The file that says that a folder is a layout. */
export const LAYOUT_PATH = 'oci-layout'
/** The content of `oci-layout`. */
export const LAYOUT = { imageLayoutVersion: '1.0.0' }
/** The list of images that `docker load` reads, which may be beside a layout. */
export const MANIFEST_PATH = 'manifest.json'
