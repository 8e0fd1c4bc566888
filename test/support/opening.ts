import { type ArchiveInput, openArchive, ValidationError } from '../../src/index.ts'
import { rejection } from './errors.ts'

/** Expects that openArchive() rejects with a ValidationError of this message. */
export const refuses = (archive: ArchiveInput, message: RegExp) =>
  rejection(openArchive(archive), ValidationError, message)
