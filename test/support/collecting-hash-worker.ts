import '../../src/hash/worker.ts'

// Hashes as the package's Worker does, and collects garbage all the time, where the browser was started so that it can.
const { gc } = globalThis as { gc?: () => void }
if (gc) setInterval(gc, 0)
