// A user's program: pushes an archive and keeps its uploads in a folder, until it is killed or done; then it prints what it went through.
// <program> <archive> <registry URL> <repository> <folder> <chunk size in bytes> [kill itself after so many bytes]
import { folderSessions, pushDockerTar } from 'registry-api-v2-client/node'

const [archive = '', url = '', repository = '', folder = '', chunkSize = '', killAfter = 'Infinity'] =
  process.argv.slice(2)
/** @type {import('registry-api-v2-client').UploadEvent[]} */
const events = []
/** @type {number[]} */
const sent = []
await pushDockerTar(archive, url, repository, 'v1', {
  sessions: folderSessions(folder),
  chunkSize: Number(chunkSize),
  onEvent: (event) => events.push(event),
  onProgress({ sentBytes }) {
    sent.push(sentBytes)
    // Between two chunks: nothing is under way.
    if (sentBytes >= Number(killAfter)) process.kill(process.pid, 'SIGKILL')
  },
})
process.stdout.write(JSON.stringify({ events, firstSent: sent.find((bytes) => bytes > 100_000) }))
