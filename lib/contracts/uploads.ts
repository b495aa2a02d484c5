import { z } from 'zod'
import { numbers, texts } from './fields'
import { columnMappingSchema } from './cell'
import { importedColumnsSchema } from './imported-values'
import { LIMITS, nameSchema } from './limits'
import { openingSchema } from './opening'

/** A file that waits to be imported. */
export const uploadSchema = z.object({
  ...texts('uploadId', 'fileName', 'sha256'),
  sizeBytes: z.number(),
})
export type Upload = z.infer<typeof uploadSchema>

/** A file that is sent in pieces, so that a lost connection costs one piece. */
export const partialUploadSchema = z.object({
  ...texts('uploadId'),
  /** `offset`: bytes that are stored; the next piece begins there. */
  ...numbers('sizeBytes', 'offset'),
  /** The finished upload; null while bytes are missing. */
  upload: uploadSchema.nullable(),
})
export type PartialUpload = z.infer<typeof partialUploadSchema>

/** One upload to look at, with what the user chose; absent fields are detected. */
export const previewRequestSchema = z.object({
  uploadId: nameSchema,
  /** Path inside a dropped folder; its folders help to tell evolver and seed set. */
  relativePath: z.string().max(LIMITS.path).optional(),
  format: nameSchema.optional(),
  mapping: columnMappingSchema.optional(),
  opening: openingSchema.optional(),
  columns: importedColumnsSchema.optional(),
})
export type PreviewRequest = z.infer<typeof previewRequestSchema>
