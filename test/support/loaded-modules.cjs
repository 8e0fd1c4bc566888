// Preloaded into a program: at its end, it prints the modules of Node that were loaded, as a line of JSON on stderr.
const internals = /** @type {any} */ (process)
process.once('exit', () => internals._rawDebug(JSON.stringify(internals.moduleLoadList)))
