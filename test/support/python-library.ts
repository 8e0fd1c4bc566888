import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { findExecutable } from '../../scripts/find/executable.js'

const VERSION = '1.2.0'
const FOLDER = resolve('.cache', `python-library-${VERSION}`)
const CALLS = resolve('test/support/python-calls.py')
const MINUTES = 60_000

/** The library of the same name for Python, or the reason why it cannot be had here. */
export interface PythonLibrary {
  readonly absence: string | undefined
  /** Calls its functions, one after the other. `null` stands for None. */
  call(calls: readonly PythonCall[]): readonly PythonAnswer[]
}

type PythonCall = readonly [name: string, args: readonly (string | null)[]]
export type PythonAnswer = { readonly value: unknown } | { readonly error: string; readonly message: string }

/** Finds the library in `.cache`, or installs it there with pip, in a virtual environment. It stays for the next run. */
export function bringPythonLibrary(): PythonLibrary {
  const python = `${FOLDER}/bin/python`
  const absence = hasLibrary(python) ? undefined : install(python)
  return {
    absence,
    call(calls) {
      const options = { input: JSON.stringify(calls), encoding: 'utf8', timeout: MINUTES } as const
      return JSON.parse(execFileSync(python, [CALLS], options))
    },
  }
}

function hasLibrary(python: string): boolean {
  return existsSync(python) && runs(python, ['-c', 'import registry_api_v2_client'])
}

/** @returns why it cannot be installed */
function install(python: string): string | undefined {
  if (!findExecutable('python3')) return 'there is no python3'
  if (!runs('python3', ['-m', 'venv', FOLDER])) return 'python3 cannot make a virtual environment'
  if (!runs(python, ['-m', 'pip', 'install', '--quiet', `registry-api-v2-client==${VERSION}`]))
    return 'pip cannot install it'
  return hasLibrary(python) ? undefined : 'it does not load'
}

function runs(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 5 * MINUTES })
    return true
  } catch {
    // The caller says what does not work.
    return false
  }
}
