import { diagnoseRegistry } from '../../src/index.ts'

// A Worker of a page that diagnoses the registries that it is told: neither a document nor a window is there.
addEventListener('message', async ({ data }) => {
  postMessage(await diagnoseRegistry(data))
})
