import { Argument } from '@commander-js/extra-typings'
import { SHELLS } from '../completion/shells.ts'
import { examples } from './help.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'

/** Adds the command that prints a completion script, and the hidden one that such a script asks. */
export function addCompletionCommands(program: Program): void {
  program
    .commandsGroup('Set up:')
    .command('completion')
    .description('Print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell, _, command) =>
      run(command, async () => (await import('../commands/completion.ts')).completion(shell)),
    )
    .addHelpText(
      'after',
      examples(
        'completion bash > ~/.local/share/bash-completion/completions/registry-client',
        `completion zsh > "\${fpath[1]}/_registry-client"`,
        'completion fish > ~/.config/fish/completions/registry-client.fish',
        'completion powershell >> $PROFILE',
      ),
    )
  program
    .command('complete', { hidden: true })
    .description('Complete a command line, for the scripts')
    .argument('[words...]', 'the words in front of the cursor')
    .option('--current <text>', 'the word at the cursor', '')
    .action((words, { current }, command) =>
      run(command, async () => (await import('../commands/completion.ts')).candidates(program, words, current)),
    )
}
