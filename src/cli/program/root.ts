import { Command } from '@commander-js/extra-typings'
import { examples, HELP } from './help.ts'
import { collect, collectLimit, parseSeconds } from './values.ts'

/** The version in package.json. The build writes it here (vite.config.ts). */
declare const PACKAGE_VERSION: string

/** The command with its global options. Each command of a group is added to it. */
export type Program = ReturnType<typeof createRoot>

/** Creates the command with its global options, and no commands yet. */
export function createRoot() {
  return new Command('registry-client')
    .description('Push, pull, copy, inspect and change images of container registries, without Docker')
    .usage('<command> [arguments] [options]')
    .version(PACKAGE_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .commandsGroup('Help:')
    .helpCommand('help [command]', 'Print the help of a command')
    .configureHelp(HELP)
    .addHelpText(
      'after',
      examples('push app.tar localhost:15000/team/app:v1', 'tags localhost:15000/team/app', 'help push'),
    )
    .optionsGroup('Input:')
    .option(
      '--limit <name=number>',
      'raise a limit that an error names, for an archive or image that you trust; can be repeated',
      collectLimit,
    )
    .optionsGroup('Output:')
    .option('--json', 'print the result as one JSON document, and progress as lines of JSON on stderr')
    .option('-q, --quiet', 'print only results and errors')
    .option('--debug', 'print each request to stderr, without secrets')
    .option('--no-tty', 'print plain lines and ask no questions, even on a terminal')
    .optionsGroup('Connection:')
    .option('--plain-http', 'use http instead of https (default for localhost)')
    .option('--ca <file>', 'also trust the certificates in this PEM file')
    .option('--cert <file>', 'use the client certificate in this PEM file')
    .option('--key <file>', 'use the private key of --cert in this PEM file')
    .option('--insecure', 'accept any certificate of the registry')
    .option(
      '--allow-realm <origin>',
      'send credentials to this token server too, such as https://auth.example.com; can be repeated',
      collect,
    )
    .option('--timeout <seconds>', 'wait at most this long for an answer (default: 30)', parseSeconds)
}
