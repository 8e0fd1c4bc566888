import { examples } from './help.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'

const PLACE = 'a registry, registry/repository, or registry/repository@digest'

/** Adds the commands for unfinished uploads: uploads with list and drop. */
export function addUploads(program: Program): void {
  const uploads = program
    .command('uploads')
    .usage('[command] [arguments] [options]')
    .description('List or drop the uploads that push or copy with --resume left open')
    .addHelpText('after', examples('uploads', 'uploads drop localhost:15000/team/app'))
  uploads
    .command('list', { isDefault: true })
    .description('List unfinished uploads; uploads alone does so too')
    .argument('[place]', `${PLACE} (default: all)`)
    .action((place, _options, command) =>
      run(command, async (context) => (await import('../commands/uploads-list.ts')).uploadsList(context, place)),
    )
    .addHelpText('after', examples('uploads list localhost:15000'))
  uploads
    .command('drop')
    .description('Cancel unfinished uploads at the registry, and forget them; ask before')
    .argument('<place...>', PLACE)
    .option('-y, --yes', 'drop without a question')
    .action((places, options, command) =>
      run(command, async (context) =>
        (await import('../commands/uploads-drop.ts')).uploadsDrop(context, places, options),
      ),
    )
    .addHelpText('after', examples('uploads drop localhost:15000/team/app --yes'))
}
