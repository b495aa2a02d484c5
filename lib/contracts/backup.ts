import { z } from 'zod'
import { numbers, texts } from './fields'
import { LIMITS } from './limits'

/** Raised whenever an older Evolens would read the file wrongly. */
export const BACKUP_VERSION = 1

/** What tells a backup from any other archive, and by whom it can be read. */
export const backupHeadSchema = z.object({
  format: z.literal('evolens-backup'),
  /** The shape of the archive. */
  version: z.number().int(),
  /** Time of the newest migration of the database it was written from. */
  schema: z.number().int(),
  appVersion: z.string().max(LIMITS.key),
})

/** The list of contents of a backup, its last file. */
export const backupManifestSchema = backupHeadSchema.extend({
  createdAt: z.number(),
  study: z.object({ id: z.uuid(), name: z.string() }),
  /** Every id that entries of the study have, so that all of them can be replaced when one is taken. */
  ids: z.array(z.uuid()),
  parts: z.array(
    z.object({
      table: z.string(),
      columns: z.array(z.string()),
      rows: z.number().int().min(0),
      /** Of the unpacked file. */
      sha256: z.string(),
    }),
  ),
})
export type BackupManifest = z.infer<typeof backupManifestSchema>

/** What came of opening a backup: the result of its job. */
export const openedBackupSchema = z.object({
  ...texts('studyId', 'name'),
  /** Entries that were stored, of all tables. */
  ...numbers('rows'),
  /** Whether the study was here already, so that this is a second one with ids of its own. */
  isCopy: z.boolean(),
  notes: z.array(z.string()),
})
export type OpenedBackup = z.infer<typeof openedBackupSchema>

/** What a backup holds: the result of its job. */
export const writtenBackupSchema = z.object({
  ...texts('fileName', 'sha256'),
  ...numbers('bytes', 'rows'),
})
export type WrittenBackup = z.infer<typeof writtenBackupSchema>
