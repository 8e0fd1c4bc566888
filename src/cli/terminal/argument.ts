/** A text without special characters of a shell. */
const PLAIN = /^[\w.,:@%+=/-]+$/

/** Formats an argument of a command that a message shows, so that it can be copied into a POSIX shell. */
export function formatArgument(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
