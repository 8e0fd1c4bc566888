import { useState } from 'react'
import type { PushController } from 'registry-api-v2-client'

export function PauseButton({ controller }: { controller: PushController }) {
  const [isPaused, setPaused] = useState(controller.isPaused)

  function toggle() {
    if (isPaused) controller.resume()
    else controller.pause()
    setPaused(controller.isPaused)
  }

  return (
    <button type="button" onClick={toggle}>
      {isPaused ? 'Resume' : 'Pause'}
    </button>
  )
}
