import { readFileSync } from 'node:fs'

/** A bundler, and the script that bundles `page.js` into `dist/<name>`. The script prints all warnings. */
export interface PageBundler {
  /** The packages that it takes, with their versions. */
  readonly packages: Readonly<Record<string, string>>
  readonly script: string
  /** True if the page loads what a bundler would leave out or load later. */
  readonly isLarge?: boolean
}

const WEBPACK = (name: string) => `
bundle({
  mode: 'production',
  entry: './page.js',
  output: { path: resolve('dist/${name}'), filename: 'page.js' },
  // Its limit of 244 KiB is for what a page loads at once. What loads on demand may be larger.
  performance: { assetFilter: (file) => file === 'page.js' },
}, (error, stats) => {
  if (error) throw error
  console.log(stats.toString({ all: false, errors: true, warnings: true }))
})`

const ESBUILD = (name: string, options: string) => `
import { build } from 'esbuild'
await build({ entryPoints: ['page.js'], outdir: 'dist/${name}', bundle: true, minify: true, format: 'esm', ${options} })`

const [IMPORT_MAP = ''] = /<script type="importmap">.*?<\/script>/s.exec(readFileSync('docs/bundlers.md', 'utf8')) ?? []

export const PAGE_BUNDLERS: Readonly<Record<string, PageBundler>> = {
  vite: {
    packages: { vite: '8.4.0' },
    script: `
import { build } from 'vite'
await build({ base: './', logLevel: 'warn', build: { outDir: 'dist/vite' } })`,
  },
  webpack: {
    packages: { webpack: '5.113.0' },
    script: `
import { resolve } from 'node:path'
import bundle from 'webpack'
${WEBPACK('webpack')}`,
  },
  rspack: {
    packages: { '@rspack/core': '2.3.4' },
    script: `
import { resolve } from 'node:path'
import { rspack as bundle } from '@rspack/core'
${WEBPACK('rspack')}`,
  },
  rollup: {
    packages: { rollup: '4.68.8', '@rollup/plugin-node-resolve': '16.0.3', '@rollup/plugin-terser': '1.0.0' },
    script: `
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { rollup } from 'rollup'
const onwarn = ({ message }) => console.log(message)
const bundle = await rollup({ input: 'page.js', plugins: [nodeResolve({ browser: true }), terser()], onwarn })
await bundle.write({ dir: 'dist/rollup' })`,
  },
  'esbuild --splitting': {
    packages: { esbuild: '0.28.2' },
    script: ESBUILD('esbuild --splitting', 'splitting: true'),
  },
  'esbuild, one file': {
    packages: { esbuild: '0.28.2' },
    script: ESBUILD('esbuild, one file', ''),
    isLarge: true,
  },
  'an import map alone': {
    packages: {},
    script: `
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
const folder = 'dist/an import map alone'
mkdirSync(folder, { recursive: true })
cpSync('page.js', folder + '/page.js')
symlinkSync(import.meta.dirname + '/node_modules', folder + '/node_modules')
const page = readFileSync('index.html', 'utf8')
writeFileSync(folder + '/index.html', page.replace('<script', () => ${JSON.stringify(IMPORT_MAP)} + '<script'))`,
    isLarge: true,
  },
  'bun build': {
    packages: {},
    script: `
import { execFileSync } from 'node:child_process'
const options = ['--target=browser', '--splitting', '--minify', '--outdir=dist/bun build']
execFileSync('bun', ['build', 'page.js', ...options], { stdio: ['ignore', 'ignore', 'inherit'] })`,
  },
  parcel: {
    packages: { parcel: '2.16.4' },
    script: `
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
// Parcel looks for its settings where the lock file is.
writeFileSync('package-lock.json', '{}')
const options = ['--dist-dir', 'dist/parcel', '--public-url', './', '--no-cache', '--no-source-maps', '--log-level', 'warn']
execFileSync('parcel', ['build', 'index.html', ...options], { stdio: 'inherit' })`,
  },
}
