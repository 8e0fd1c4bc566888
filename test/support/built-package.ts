import { build } from 'vite'

/** Builds the package for the tests that run it as its users do. */
export default async function setup(): Promise<void> {
  await build({ logLevel: 'warn' })
}
