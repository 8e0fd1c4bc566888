import { atom } from 'nanostores'
import { type Config, readConfig } from './config.ts'

/** The settings of `config.json`. Not set until it is read. */
export const $config = atom<Config | undefined>()

/** Reads `config.json`. The page shows its views afterwards. */
export async function loadConfig(): Promise<Config> {
  const config = await readConfig()
  $config.set(config)
  return config
}
