import { z } from 'zod'
import { numbers } from './fields'

/** Bytes that the entries of a study have, by what they are; what the database needs around them is not among them. */
export const studyStorageSchema = z.object({
  studyId: z.string(),
  ...numbers('rows', 'responses', 'links', 'columns', 'details', 'total'),
})
export type StudyStorage = z.infer<typeof studyStorageSchema>

/** Sizes of files that all studies share. */
export const storageSchema = z.object({
  studies: z.array(studyStorageSchema),
  files: z.object({
    /** The database with its log. */
    ...numbers('database', 'vectors', 'uploads', 'backups'),
    /** Pages of the database that are free for new entries. */
    free: z.number(),
    /** What of the database is neither free nor an entry counted above: the text index, keys, and what is deleted or shared. */
    rest: z.number(),
  }),
})
export type Storage = z.infer<typeof storageSchema>

/** What each part of a study's storage is called. */
export const STORAGE_LABEL = {
  rows: 'Row texts',
  responses: 'Responses',
  links: 'Alignments',
  columns: 'Metric columns',
  details: 'Model replies',
} as const satisfies Partial<Record<keyof StudyStorage, string>>
