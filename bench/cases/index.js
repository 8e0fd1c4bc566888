import { bundleCase } from './bundle.js'
import { CHROMIUM_CASES } from './chromium.js'
import { chromiumFilesCase } from './chromium-files.js'
import { chromiumPullCase } from './chromium-pull.js'
import { COPY_CASES } from './copy.js'
import { ENTRIES_CASES } from './entries.js'
import { pullCase } from './pull.js'
import { PUSH_CASES } from './push.js'

/**
 * What a case has to work with.
 *
 * @typedef {object} Context
 * @property {string} folder For archives, which stay there.
 * @property {number} scale What sizes are multiplied by.
 * @property {number} rounds
 * @property {(text: string) => void} say
 */

/**
 * One thing to measure.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {string} title
 * @property {boolean} [isOnlyNamed] It runs when it is asked for alone.
 * @property {(context: Context) => Promise<import('../results.js').CaseResult>} run
 */

/** @type {readonly Case[]} */
export const CASES = [
  ...PUSH_CASES,
  pullCase,
  ...COPY_CASES,
  ...ENTRIES_CASES,
  ...CHROMIUM_CASES,
  chromiumPullCase,
  chromiumFilesCase,
  bundleCase,
]
