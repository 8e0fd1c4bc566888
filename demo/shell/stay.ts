import { useEffect } from 'preact/hooks'

/** Has the browser ask before the page is left, while something is under way that would end with it. */
export function useStay(isBusy: boolean): void {
  useEffect(() => {
    if (!isBusy) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isBusy])
}
