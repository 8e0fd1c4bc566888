/** In milliseconds: the time in which a browser begins a download. */
const DOWNLOAD_START = 60_000

/** Saves a file as a download. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_START)
}
