import { openRegistry, type Registry, type RegistryOptions } from '../../src/index.ts'
import { createTestRegistry, type TestRegistry, type TestRegistryOptions } from '../../src/testing/index.ts'

/** The embedded registry, with some answers changed on their way to the handle. */
export function changedRegistry(
  change: (request: Request, response: Response) => Response | undefined,
  options: RegistryOptions = {},
  rules: TestRegistryOptions = {},
): { readonly registry: TestRegistry; readonly handle: Registry } {
  const registry = createTestRegistry(rules)
  const fetch = async (request: Request) => {
    const response = await registry.fetch(request)
    return change(request, response) ?? response
  }
  return { registry, handle: openRegistry('https://registry.test', { fetch, ...options }) }
}
