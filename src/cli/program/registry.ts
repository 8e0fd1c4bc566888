import { Option } from '@commander-js/extra-typings'
import type { Program } from './root.ts'
import { run } from './run.ts'

const REGISTRY = 'a host or a URL (default: Docker Hub)'

/** Adds the commands about a registry itself: login and logout. */
export function addRegistryCommands(program: Program): void {
  program
    .commandsGroup('Use a registry:')
    .command('login')
    .description('Check a password or a token, and store it where Docker and other tools find it')
    .argument('[registry]', REGISTRY)
    .option('-u, --username <name>', 'the user (default: asks for it)')
    .option('--password-stdin', 'read the password from stdin (default: asks for it)')
    .addOption(new Option('-p, --password [password]').hideHelp())
    .action((registry, options, command) =>
      run(command, async (context) => (await import('../commands/login.ts')).login(context, registry, options)),
    )
    .addHelpText(
      'after',
      `
Examples:
  registry-client login registry.example.com
  echo "$TOKEN" | registry-client login registry.example.com -u ci --password-stdin`,
    )
  program
    .command('logout')
    .description('Erase the stored password or token of a registry')
    .argument('[registry]', REGISTRY)
    .action((registry, _, command) =>
      run(command, async (context) => (await import('../commands/logout.ts')).logout(context, registry)),
    )
    .addHelpText('after', '\nExample:\n  registry-client logout registry.example.com')
}
