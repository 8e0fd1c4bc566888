import { expect, it } from 'vitest'

it('the element can be imported where there is no DOM, as servers of frameworks do', async () => {
  expect(globalThis.HTMLElement).toBeUndefined()
  const { RegistryPush } = await import('../../../src/element/index.ts')
  expect(RegistryPush.observedAttributes).toContain('registry')
})
