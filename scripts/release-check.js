import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

// Tells whether the package can be released under a tag: node scripts/release-check.js v0.1.0

const [tag = ''] = process.argv.slice(2)
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const headings = readFileSync('CHANGELOG.md', 'utf8').match(/^## .*/gm) ?? []
const heading = headings.find((text) => text.split(' ')[1] === version)

const faults = []
if (tag !== `v${version}`) faults.push(`The tag is "${tag}": package.json has version ${version}, so tag v${version}`)
if (heading === undefined) faults.push(`CHANGELOG.md has no heading "## ${version}": add one`)
else if (/unreleased/i.test(heading)) faults.push(`CHANGELOG.md says "${heading}": put the date there`)
if (readFileSync('package-lock.json', 'utf8').includes('"resolved": "http'))
  faults.push('package-lock.json has download addresses: write it again, with the .npmrc of this folder')
const changes = execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).trimEnd()
if (changes !== '') faults.push(`There are changes that are not committed, so commit or remove them:\n${changes}`)

for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
