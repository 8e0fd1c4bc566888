import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run } from './run.js'

// Builds the package: npm run build. With --if-possible it does nothing where the tools for it are not installed.
// npm runs it so after an install in a clone, and when it installs the package from git ("postprepare"). The name is not "prepare", because
// npm 11 and 12 warn of that script when they install a packed file.

const STEPS = [
  ['vite', 'build', '--emptyOutDir', '--logLevel', 'warn'],
  ['tsc', '-p', 'tsconfig.build.json'],
]

const hasTools = STEPS.every(([tool]) =>
  existsSync(fileURLToPath(new URL(`../node_modules/.bin/${tool}`, import.meta.url))),
)

if (!hasTools && process.argv.includes('--if-possible')) {
  console.log('registry-api-v2-client is not built: that takes its devDependencies (npm ci --include=dev)')
} else {
  process.exitCode = STEPS.every((command) => run(command)) ? 0 : 1
}
