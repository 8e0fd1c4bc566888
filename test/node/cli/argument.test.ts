import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { formatArgument } from '../../../src/cli/terminal/argument.ts'

describe('formatArgument()', () => {
  it.each(['a b.json', "it's.json", '$HOME/`x`.json', 'v*', 'a;b', '', '-x "y"', '~/undo'])(
    'gives what a shell reads as %j',
    (text) => {
      const read = execFileSync('sh', ['-c', `printf '%s' ${formatArgument(text)}`])
      expect(read.toString()).toBe(text)
    },
  )

  it('leaves a plain path as it is', () => {
    expect(formatArgument('backups/undo-2026_01.json')).toBe('backups/undo-2026_01.json')
  })
})
