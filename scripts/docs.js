import { spawnSync } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run } from './run.js'

// Builds the documentation site into dist-docs/: npm run docs. Its programs have a package of their own in site/, which is installed first.

const SITE = fileURLToPath(new URL('../site', import.meta.url))
const PROGRAMS = `${SITE}/node_modules`

const STEPS = [
  ['node', `${SITE}/reference/write.js`],
  ['node', `${PROGRAMS}/vitepress/bin/vitepress.js`, 'build', SITE],
  ['vite', 'build', '--config', 'demo/vite.config.ts', '--outDir', '../dist-docs/demo', '--logLevel', 'warn'],
]

if ((isInstalled() || install()) && STEPS.every((command) => run(command))) {
  // The demo in the site has a registry of its own, in the tab.
  writeFileSync('dist-docs/demo/config.json', JSON.stringify({ registry: 'http://trial.localhost' }))
} else {
  process.exitCode = 1
}

/** Tells whether the programs are those of the lock file. */
function isInstalled() {
  const installed = `${PROGRAMS}/.package-lock.json`
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${SITE}/package-lock.json`).mtimeMs
}

function install() {
  const isWindows = process.platform === 'win32'
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: SITE,
    stdio: 'inherit',
    shell: isWindows,
  })
  return status === 0
}
