import type { Writable } from 'node:stream'
import { untilAborted } from '../../async/abort.ts'
import { tarPieces } from '../../save/tar-stream.ts'
import { writeBehind } from '../archive/write-behind.ts'
import { notSaved } from '../saving.ts'
import type { OpenOutput } from './output.ts'

/**
 * Makes a stream the output of a tar. As `pipe` does, it ends every stream but `process.stdout` and `process.stderr`.
 *
 * @param what The path in quotes, or the stream, for messages.
 * @param isOwn True if the stream writes to a file descriptor itself. Any other stream may keep the pieces that it has
 *   taken, as a `PassThrough` does, so they get memory of their own.
 */
export function streamOutput(stream: Writable, what: string, isOwn = false): OpenOutput {
  const isStandard = stream === process.stdout || stream === process.stderr
  const reusesMemory = isOwn || isStandard
  let fail = (_: Error) => {}
  let failure: Error | undefined
  const onError = (error: Error) => {
    failure ??= error
    fail(failure)
  }
  const onClose = () => onError(Object.assign(new Error('EPIPE: the stream was closed'), { code: 'EPIPE' }))
  // It stays after a failure: an error that nobody listens to would end the process.
  stream.on('error', onError)
  stream.on('close', onClose)

  /** Waits for the callback of an act. A stream that is closed may never call it. */
  function done(act: (callback: (error?: Error | null) => void) => void): Promise<void> {
    const acting = new Promise<void>((resolve, reject) => {
      fail = reject
      if (failure) reject(failure)
      else act((error) => (error ? reject(error) : resolve()))
    })
    return acting.catch((error) => {
      throw notSaved(what, error)
    })
  }

  return {
    write: (tar, passing) =>
      writeBehind(tarPieces(tar, { ...passing, reusesMemory }), (piece) =>
        untilAborted(
          done((callback) => stream.write(piece, callback)),
          passing.signal,
        ),
      ),
    async commit() {
      stream.off('close', onClose)
      if (!isStandard) await done((callback) => stream.end(callback))
      stream.off('error', onError)
    },
    async discard() {
      if (!isStandard) stream.destroy()
    },
  }
}
