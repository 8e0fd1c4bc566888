import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run } from './run.js'

// Builds the package: npm run build. With --if-possible, as npm runs it ("prepare"), it does nothing where the tools for it are not installed,
// unless a package is to be packed or published.

const STEPS = [
  ['vite', 'build', '--emptyOutDir', '--logLevel', 'warn'],
  ['tsc', '-p', 'tsconfig.build.json'],
]

const hasTools = STEPS.every(([tool]) =>
  existsSync(fileURLToPath(new URL(`../node_modules/.bin/${tool}`, import.meta.url))),
)

const isPacked = ['pack', 'publish'].includes(process.env.npm_command ?? '')
if (!hasTools && process.argv.includes('--if-possible')) {
  console.log('registry-api-v2-client is not built: that takes its devDependencies (npm ci --include=dev)')
  if (isPacked) process.exitCode = 1
} else {
  process.exitCode = STEPS.every((command) => run(command)) ? 0 : 1
}
