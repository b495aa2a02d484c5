import { z } from 'zod'
import { importedColumnsSchema } from './imported-values'
import { LIMITS } from './limits'
import { openingSchema } from './opening'
import { plainObjectSchema } from './plain-object'

/** Who speaks in a chat; `other` is what tools say, and nobody's text. */
export const CHAT_ROLES = ['system', 'user', 'assistant', 'other'] as const
export type ChatRole = (typeof CHAT_ROLES)[number]

/** Fields of a mapping that name a column, in the order of the controls. */
export const MAPPED_FIELDS = [
  'instruction',
  'input',
  'output',
  'system',
  'history',
  'messages',
  'tools',
  'id',
  'parent',
  'label',
] as const
export type MappedField = (typeof MAPPED_FIELDS)[number]

/** Name of one of a file's own columns, or a place inside one; null for none. */
const sourceColumn = z.string().max(LIMITS.sourceColumn).nullable()

/** How the messages of a chat are spelled; see ChatTags in lib/formats/types.ts. */
export const chatTagsSchema = z.object({
  role: sourceColumn,
  content: sourceColumn,
  roles: z.record(z.string().max(LIMITS.sourceColumn), z.enum(CHAT_ROLES)),
})

export const columnMappingSchema = z.object({
  instruction: sourceColumn,
  input: sourceColumn,
  output: sourceColumn,
  system: sourceColumn,
  history: sourceColumn,
  messages: sourceColumn,
  tools: sourceColumn,
  id: sourceColumn,
  /** Absent in cells imported before these existed. */
  parent: sourceColumn.optional(),
  label: sourceColumn.optional(),
  tags: chatTagsSchema.nullable().optional(),
})

/** Where a cell's rows came from; kept for cards and recipes. */
export const cellSourceSchema = z.object({
  kind: z.enum(['file', 'evolved']),
  fileName: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  sha256: z.string(),
  format: z.string(),
  container: z.string(),
  mapping: columnMappingSchema.nullable(),
  /** How the file was opened; absent where nothing had to be decided. */
  opening: openingSchema.optional(),
  /** Columns that the user named as values of other tools. */
  columns: importedColumnsSchema.optional(),
  /** Distinct key orders of the source objects; rows refer to them by index. */
  keySets: z.array(z.array(z.string())),
  /** Set for rows made here: job, backend identity, prompts with hashes, decoding. */
  definition: plainObjectSchema.nullable(),
})
export type CellSource = z.infer<typeof cellSourceSchema>

export const importReportSchema = z.object({
  rows: z.number().int(),
  skipped: z.array(
    z.object({ row: z.number().int(), byteOffset: z.number().int(), message: z.string() }),
  ),
  /** Flag name -> number of rows. */
  flags: z.record(z.string(), z.number().int()),
  notes: z.array(z.string()),
})
export type ImportReport = z.infer<typeof importReportSchema>
