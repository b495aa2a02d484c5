import { z } from 'zod'
import { columnMappingSchema } from '@/lib/contracts/cell'
import { importedColumnsSchema } from '@/lib/contracts/imported-values'
import { LIMITS, nameSchema } from '@/lib/contracts/limits'
import { openingSchema } from '@/lib/contracts/opening'
import { route } from '@/lib/http/route'
import { sharedFiles } from '@/lib/services/files/apart'
import { previewImport } from '@/lib/services/imports'
import { expandArchives } from '@/lib/services/imports/archive'

const changedUpload = z.object({
  uploadId: nameSchema,
  relativePath: z.string().max(LIMITS.path).optional(),
  format: nameSchema.optional(),
  mapping: columnMappingSchema.optional(),
  opening: openingSchema.optional(),
  columns: importedColumnsSchema.optional(),
})

export const POST = route({
  params: z.object({ studyId: z.string() }),
  body: z.object({
    /** Uploads to look at as they are. */
    uploadIds: z.array(nameSchema).max(LIMITS.plans).default([]),
    /** Uploads with a folder path, or with a format or mapping that the user chose. */
    uploads: z.array(changedUpload).max(LIMITS.plans).default([]),
    /** Names of further files that belong to them: names are judged together. */
    siblings: z.array(z.string().max(LIMITS.path)).max(LIMITS.plans).default([]),
  }),
  handler: async ({ ctx, params, body, signal }) => {
    const given = [...body.uploadIds.map((uploadId) => ({ uploadId })), ...body.uploads]
    const files = sharedFiles()
    // One archive is previewed as the files in it.
    const { requests, notes } = await expandArchives(ctx, given, files, signal)
    const options = { files, signal, siblings: body.siblings }
    return { previews: await previewImport(ctx, params.studyId, requests, options), notes }
  },
})
