/**
 * Shows the warnings of the process as those of the command, instead of with the id of the process and a hint to a flag
 * of Node. Warnings about security are for everyone, those about code are for `--debug`.
 */
export function takeWarnings(onWarning: (message: string) => void, debug: ((line: string) => void) | undefined): void {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => {
    if (name === 'SecurityWarning') onWarning(message)
    else debug?.(`${name}: ${message}`)
  })
}
