import { useState } from 'react'
import type { PushController } from 'registry-api-v2-client'

export function PauseButton({ controller }: { controller: PushController }) {
  const [paused, setPaused] = useState<PushController>()
  const isPaused = paused === controller

  function toggle() {
    if (isPaused) controller.resume()
    else controller.pause()
    setPaused(isPaused ? undefined : controller)
  }

  return (
    <button type="button" onClick={toggle}>
      {isPaused ? 'Resume' : 'Pause'}
    </button>
  )
}
