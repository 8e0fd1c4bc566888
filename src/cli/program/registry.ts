import { Option } from '@commander-js/extra-typings'
import { examples } from './help.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'
import { parseHost, parseOrigin, parsePort } from './values.ts'

const REGISTRY = 'a host or a URL (default: Docker Hub)'

/** Adds the commands about a registry itself: login, logout, doctor and serve. */
export function addRegistryCommands(program: Program): void {
  program
    .commandsGroup('Use a registry:')
    .command('login')
    .description('Check a password or token, and store it where Docker finds it')
    .argument('[registry]', REGISTRY)
    .option('-u, --username <name>', 'the name of the user (default: ask for it)')
    .option('--password-stdin', 'read the password or token from stdin (default: ask for it)')
    .addOption(new Option('-p, --password [password]').hideHelp())
    .action((registry, options, command) =>
      run(command, async (context) => (await import('../commands/login.ts')).login(context, registry, options)),
    )
    .addHelpText(
      'after',
      examples(
        'login registry.example.com',
        `printf '%s' "$TOKEN" | registry-client login registry.example.com --username ci --password-stdin`,
      ),
    )
  program
    .command('logout')
    .description('Erase the stored password or token of a registry')
    .argument('[registry]', REGISTRY)
    .action((registry, _, command) =>
      run(command, async (context) => (await import('../commands/logout.ts')).logout(context, registry)),
    )
    .addHelpText('after', examples('logout registry.example.com'))
  program
    .command('doctor')
    .description('Find out what works with a registry, and how to fix the rest')
    .argument('<registry>', 'a host or a URL, or registry/repository')
    .option('--origin <url>', 'also check what a web page of this origin can do (CORS)', parseOrigin)
    .option('--repository <name>', 'also check what can be done with this repository')
    .option('--write', 'also open and cancel uploads in the repository; its content does not change')
    .action((registry, options, command) =>
      run(command, async (context) => (await import('../commands/doctor.ts')).doctor(context, registry, options)),
    )
    .addHelpText('after', examples('doctor registry.example.com --origin https://page.example.com'))
  program
    .command('serve')
    .description('Serve a registry for trials, in memory or in a folder')
    .option('--port <port>', 'listen on this port; 0 is any free port', parsePort, 15000)
    .option('--host <address>', 'listen on this address; 0.0.0.0 listens on all addresses', parseHost, '127.0.0.1')
    .option('--folder <folder>', 'keep the content in this folder (default: in memory)')
    .option('--read-only', 'refuse pushes and deletes')
    .action((options, command) =>
      run(command, async (context) => (await import('../commands/serve.ts')).serve(context, options)),
    )
    .addHelpText('after', examples('serve', 'serve --folder registry-data'))
}
