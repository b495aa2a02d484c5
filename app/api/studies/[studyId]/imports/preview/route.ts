import { previewImportEndpoint } from '@/lib/api/imports'
import { serve } from '@/lib/http/route'
import { sharedFiles } from '@/lib/services/files/apart'
import { matrixOf, previewImport } from '@/lib/services/imports'
import { expandArchives } from '@/lib/services/imports/archive'
import { expandDropped } from '@/lib/services/imports/dropped'

export const POST = serve(previewImportEndpoint, async ({ ctx, params, body, signal }) => {
  const given = [...body.uploadIds.map((uploadId) => ({ uploadId })), ...body.uploads]
  const files = sharedFiles()
  // One archive is previewed as the files in it.
  const expanded = await expandArchives(ctx, given, files, signal)
  // So are the files of a folder that says what it holds.
  const { requests, notes: left } = await expandDropped(ctx, expanded.requests, files, signal)
  const notes = [...expanded.notes, ...left]
  const options = { files, signal, siblings: body.siblings, isRemembering: body.remembered }
  const previews = await previewImport(ctx, params.studyId, requests, options)
  return { previews, notes, matrix: matrixOf(ctx.db, params.studyId, previews) }
})
