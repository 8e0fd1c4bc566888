/** Waits to be let in: who came first goes first. @returns what makes room for others again, once however often it is called */
export type Gate = (weight: number) => Promise<() => void>

/** @param room Whoever is let in may go beyond it: it is enough that there was some left. */
export function createGate(room: number): Gate {
  const waiting: { readonly weight: number; go(): void }[] = []
  let taken = 0

  function admit(): void {
    while (taken < room) {
      const next = waiting.shift()
      if (!next) return
      taken += next.weight
      next.go()
    }
  }

  return async (weight) => {
    await new Promise<void>((go) => {
      waiting.push({ weight, go })
      admit()
    })
    let isInside = true
    return () => {
      if (!isInside) return
      isInside = false
      taken -= weight
      admit()
    }
  }
}
