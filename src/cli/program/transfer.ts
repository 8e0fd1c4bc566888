import { type Command, Option, type OptionValues } from '@commander-js/extra-typings'
import {
  ARCHIVE,
  COMPRESSION,
  DRY_RUN,
  FORCE,
  FORMAT,
  IMAGE,
  NAME,
  OUTPUT,
  PATTERN,
  REFERENCE,
} from './descriptions.ts'
import { examples } from './help.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'
import { addUploads } from './uploads.ts'
import { collect, collectRenaming, parseCompression, parsePositiveCount, parseRate } from './values.ts'

const DESTINATION = 'registry/repository[:tag], or a registry (default: the place that the name in the archive says)'
const IMAGES = 'an image of the archive: a name, a number from 0, or index; can be repeated with --all-tags'
const PLATFORM = 'only this platform, or "available" for those that the archive has; can be repeated'
const PLATFORM_OF_REGISTRY = 'only this platform (default: all); can be repeated'
const COMPRESS = `compress layers that are plain tars: ${COMPRESSION}`
const RENAME = 'replace the beginning of names; can be repeated'
const MOUNT_FROM = 'mount blobs from this repository of the same registry; can be repeated'
const LIMIT_RATE = 'bytes per second at most: 500k, 10M, 2.5MiB'
const ENTRY = 'the archive in a zip that has several'

/** Adds the commands that move images: push, plan, pull, copy and convert, and uploads for what a push has left. */
export function addTransferCommands(program: Program): void {
  program.commandsGroup('Move images:')
  addPush(program)
  addPlan(program)
  addPull(program)
  addCopy(program)
  addConvert(program)
  addUploads(program)
}

function addPush(program: Program): void {
  const command = program
    .command('push')
    .description('Push images of an archive to a registry')
    .argument('<archive>', ARCHIVE)
    .argument('[destination]', DESTINATION)
  withPushed(command)
    .option('--dry-run', DRY_RUN)
    .option('--verify', 'check at the end that the registry has everything')
    .addOption(hashingOption())
    .option('--resume', 'continue an interrupted push, and keep unfinished uploads for the next one')
    .option('--concurrency <number>', 'uploads at once (default: 6)', parsePositiveCount)
    .option('--limit-rate <bytes>', LIMIT_RATE, parseRate)
    .action((archive, destination, flags, command) =>
      run(command, async (context) => (await import('../commands/push.ts')).push(context, archive, destination, flags)),
    )
    .addHelpText(
      'after',
      examples(
        'push app.tar localhost:15000/team/app:v1',
        'push app.tar --all-tags registry.example.com',
        'docker save app:v1 | registry-client push - localhost:15000/team/app:v1',
      ),
    )
}

function addPlan(program: Program): void {
  const command = program
    .command('plan')
    .description('Show what a push would send, and which tags it would move')
    .argument('<archive>', ARCHIVE)
    .argument('[destination]', DESTINATION)
  withPushed(command)
    .action((archive, destination, flags, command) =>
      run(command, async (context) => (await import('../commands/plan.ts')).plan(context, archive, destination, flags)),
    )
    .addHelpText('after', examples('plan app.tar localhost:15000/team/app:v1'))
}

function addPull(program: Program): void {
  program
    .command('pull')
    .description('Pull images into a tar, a folder or a pipe')
    .argument('<reference...>', `${REFERENCE}; several become one tar`)
    .option('-o, --output <target>', `${OUTPUT} (default: a file with the name of the image)`)
    .option('--force', FORCE)
    .option('--platform <os/arch>', PLATFORM_OF_REGISTRY, collect)
    .option('--referrers', 'also pull signatures, SBOMs and other referrers')
    .addOption(formatOption())
    .option('--name <name>', NAME, collect)
    .option('--rename <old=new>', RENAME, collectRenaming)
    .addOption(decompressOption())
    .option('--compress <format>', COMPRESS, parseCompression)
    .option('--limit-rate <bytes>', LIMIT_RATE, parseRate)
    .action((references, flags, command) =>
      run(command, async (context) => (await import('../commands/pull.ts')).pull(context, references, flags)),
    )
    .addHelpText(
      'after',
      examples(
        'pull alpine:3.22 --platform linux/arm64 -o alpine.tar',
        'pull localhost:15000/team/app:v1 -o - | docker load',
      ),
    )
}

function addCopy(program: Program): void {
  program
    .command('copy')
    .description('Copy images from one repository to another')
    .argument('<source>', REFERENCE)
    .argument('<destination>', 'registry/repository[:tag], or a registry')
    .option('--all-tags', 'copy all tags of the repository')
    .addOption(new Option('--tags <pattern>', `copy only tags that match, ${PATTERN}`).conflicts('allTags'))
    .option('--referrers', 'also copy signatures, SBOMs and other referrers')
    .option('--no-clobber', 'do not change tags that exist at the destination')
    .option('--platform <os/arch>', PLATFORM_OF_REGISTRY, collect)
    .option('--mount-from <repository>', MOUNT_FROM, collect)
    .option('--dry-run', DRY_RUN)
    .option('--verify', 'check at the end that the registry has everything')
    .addOption(hashingOption())
    .option('--resume', 'continue an interrupted copy, and keep unfinished uploads for the next one')
    .option('--concurrency <number>', 'uploads at once (default: 6)', parsePositiveCount)
    .option('--limit-rate <bytes>', LIMIT_RATE, parseRate)
    .action((source, destination, flags, command) =>
      run(command, async (context) => (await import('../commands/copy.ts')).copy(context, source, destination, flags)),
    )
    .addHelpText(
      'after',
      examples(
        'copy alpine:3.22 localhost:15000/library/alpine',
        'copy old.example.com/team/app new.example.com --tags "v1.*" --referrers',
      ),
    )
}

function addConvert(program: Program): void {
  program
    .command('convert')
    .description('Write the images of an archive into another tar or a folder')
    .argument('<archive>', ARCHIVE)
    .requiredOption('-o, --output <target>', OUTPUT)
    .option('--force', FORCE)
    .option('--image <name>', `${IMAGE}; can be repeated`, collect)
    .option('--platform <os/arch>', PLATFORM, collect)
    .addOption(formatOption())
    .option('--name <name>', NAME, collect)
    .option('--rename <old=new>', RENAME, collectRenaming)
    .addOption(decompressOption())
    .option('--compress <format>', COMPRESS, parseCompression)
    .option('--entry <path>', ENTRY)
    .option('--limit-rate <bytes>', LIMIT_RATE, parseRate)
    .action((archive, flags, command) =>
      run(command, async (context) => (await import('../commands/convert.ts')).convert(context, archive, flags)),
    )
    .addHelpText('after', examples('convert app.tar --platform linux/amd64 -o app-amd64.tar'))
}

/** Adds the options that choose what a push sends, and where. */
function withPushed<A extends unknown[], O extends OptionValues, G extends OptionValues>(command: Command<A, O, G>) {
  return command
    .option('--all-tags', 'push all images by all their names')
    .option('--image <name>', IMAGES, collect)
    .option('--platform <os/arch>', PLATFORM, collect)
    .option('--tag <tag>', 'set this tag too; can be repeated', collect)
    .option('--rename <old=new>', RENAME, collectRenaming)
    .option('--compress <format>', COMPRESS, parseCompression)
    .option('--mount-from <repository>', MOUNT_FROM, collect)
    .option('--foreign-layers', 'also push the bytes of foreign layers')
    .option('--entry <path>', ENTRY)
}

function hashingOption() {
  return new Option('--hashing <when>', 'when-needed leaves it to the registry to compare digests')
    .choices(['always', 'when-needed'] as const)
    .default('always' as const)
}

function formatOption() {
  return new Option('--format <format>', FORMAT).choices(['docker', 'oci'] as const).default(undefined, 'both')
}

function decompressOption() {
  return new Option('--decompress <format>', 'decompress layers that older versions of Docker cannot read').choices([
    'zstd',
  ] as const)
}
