import { pushStream } from 'registry-api-v2-client/node'

// docker save app:v1 | node scripts/relay-program.js http://localhost:15000 team/app v1

const [registry = '', repository = '', tag] = process.argv.slice(2)
const digest = await pushStream(process.stdin, registry, repository, tag)
console.log(JSON.stringify({ digest, peakRss: process.resourceUsage().maxRSS * 1024 }))
