import { z } from 'zod'
import { columnMappingSchema } from '@/lib/contracts/cell'
import { route } from '@/lib/http/route'
import { previewImport } from '@/lib/services/imports'
import { expandArchives } from '@/lib/services/imports-archive'

// Previews read the head of each file, a few milliseconds each.
const MAX_FILES = 500

const changedUpload = z.object({
  uploadId: z.string(),
  relativePath: z.string().max(1_000).optional(),
  format: z.string().optional(),
  mapping: columnMappingSchema.optional(),
})

export const POST = route({
  params: z.object({ studyId: z.string() }),
  body: z.object({
    /** Uploads to look at as they are. */
    uploadIds: z.array(z.string()).max(MAX_FILES).default([]),
    /** Uploads with a folder path, or with a format or mapping that the user chose. */
    uploads: z.array(changedUpload).max(MAX_FILES).default([]),
    /** Names of further files that belong to them: names are judged together. */
    siblings: z.array(z.string().max(1_000)).max(MAX_FILES).default([]),
  }),
  handler: async ({ ctx, params, body }) => {
    const given = [...body.uploadIds.map((uploadId) => ({ uploadId })), ...body.uploads]
    // One archive is previewed as the files in it.
    const { requests, notes } = await expandArchives(ctx, given)
    return { previews: await previewImport(ctx, params.studyId, requests, body.siblings), notes }
  },
})
