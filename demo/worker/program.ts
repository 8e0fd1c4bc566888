/** The first bytes of files that are run: ELF, a script with `#!`, Mach-O and PE for other systems. */
const BEGINNINGS = ['7f454c46', '2321', 'cffaedfe', '4d5a']

/** Returns true if a file begins as a program or a script does. */
export async function isProgram(file: Blob): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(0, 4).arrayBuffer())
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return BEGINNINGS.some((beginning) => text.startsWith(beginning))
}
