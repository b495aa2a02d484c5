import { pictureEndpoint } from '@/lib/api/figures'
import { PICTURE_TYPES } from '@/lib/contracts/picture'
import { pageRanges, partOf } from '@/lib/figures/shared/part'
import { serve } from '@/lib/http/route'
import { drawPicture, ownSite } from '@/lib/services/pictures'
import { read } from '@/lib/services/queries/client'

export const GET = serve(pictureEndpoint, async ({ ctx, params, query, signal }) => {
  const { studyId, figureId } = params
  const { options, filter, panels, ...choices } = query
  const request = { figureId, options, filter }
  const result = partOf(await read(ctx.db, 'figure', [studyId, request], signal), panels)
  const job = { studyId, result, choices }
  const { file, heightMm } = await drawPicture(ownSite(ctx.config), job, signal)
  const ranges = pageRanges(result, heightMm)
  // The id of a figure that was found holds a-z, 0-9 and "-" only, so it needs no quoting rules.
  return new Response(file, {
    headers: {
      'content-type': PICTURE_TYPES[choices.format],
      'content-disposition': `attachment; filename="${figureId}.${choices.format}"`,
      'cache-control': 'no-store',
      // Taller than a page: in which parts it fits, for the parameter `panels`.
      ...(ranges.length > 0 ? { 'x-panels': ranges.join(',') } : {}),
      'x-content-type-options': 'nosniff',
    },
  })
})
