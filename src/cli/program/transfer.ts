import { collect } from './repeated.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'

/** Adds the commands that move images: push, plan, pull, copy and convert. */
export function addTransferCommands(program: Program): void {
  program
    .commandsGroup('Move images:')
    .command('push')
    .description('Push the images of an archive to a registry')
    .argument('<archive>', 'a file or a folder that docker save, podman or a build tool wrote, or - for stdin')
    .argument('[destination]', 'registry/repository[:tag], or a registry (default: the names in the archive)')
    .option('--platform <os/arch>', 'push this platform only; can be repeated', collect)
    .action((archive, destination, options, command) =>
      run(command, async (context) =>
        (await import('../commands/push.ts')).push(context, archive, destination, options),
      ),
    )
    .addHelpText('after', '\nExample:\n  registry-client push app.tar localhost:15000/team/app:v1')
}
