import { pushDockerTar } from 'registry-api-v2-client'

// Pushes away from the thread of the page.

addEventListener('message', async ({ data: { file, url } }) => {
  try {
    await pushDockerTar(file, url, 'bench/app', 'v1')
    postMessage(undefined)
  } catch (error) {
    postMessage(String(error))
  }
})
