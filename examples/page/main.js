import { parseRepositoryTag, push } from 'registry-api-v2-client'

const REGISTRY = 'http://localhost:15000'

const form = document.querySelector('form')
const progress = document.querySelector('progress')
const output = document.querySelector('output')
const { archive, image, cancel } = form.elements

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const controller = new AbortController()
  cancel.onclick = () => controller.abort()
  cancel.disabled = false
  output.value = 'Pushing…'
  try {
    const { repository, tag } = parseRepositoryTag(image.value)
    const digest = await push(archive.files[0], REGISTRY, {
      repository,
      tag,
      signal: controller.signal,
      onProgress({ sentBytes, totalBytes }) {
        progress.max = totalBytes
        progress.value = sentBytes
      },
    })
    output.value = `Pushed ${repository}:${tag} as ${digest}`
  } catch (error) {
    output.value = controller.signal.aborted ? 'Cancelled' : error.message
  } finally {
    cancel.disabled = true
  }
})
