import { previewImportEndpoint } from '@/lib/api/imports'
import { serve } from '@/lib/http/route'
import { sharedFiles } from '@/lib/services/files/apart'
import { matrixOf, previewImport } from '@/lib/services/imports'
import { expandArchives } from '@/lib/services/imports/archive'

export const POST = serve(previewImportEndpoint, async ({ ctx, params, body, signal }) => {
  const given = [...body.uploadIds.map((uploadId) => ({ uploadId })), ...body.uploads]
  const files = sharedFiles()
  // One archive is previewed as the files in it.
  const { requests, notes } = await expandArchives(ctx, given, files, signal)
  const options = { files, signal, siblings: body.siblings, isRemembering: body.remembered }
  const previews = await previewImport(ctx, params.studyId, requests, options)
  return { previews, notes, matrix: matrixOf(ctx.db, params.studyId, previews) }
})
