import { useState } from 'react'
import { PushForm } from './PushForm.tsx'

const REGISTRY = 'http://localhost:15000'

export function App() {
  const [isOpen, setOpen] = useState(true)
  return (
    <>
      <button type="button" onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Close' : 'Open'}
      </button>
      {isOpen && <PushForm registry={REGISTRY} />}
    </>
  )
}
