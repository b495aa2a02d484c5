import { pictureEndpoint } from '@/lib/api/figures'
import { PICTURE_TYPES } from '@/lib/contracts/picture'
import { serve } from '@/lib/http/route'
import { drawPicture, ownSite } from '@/lib/services/pictures'
import { read } from '@/lib/services/queries/client'

export const GET = serve(pictureEndpoint, async ({ ctx, params, query, signal }) => {
  const { studyId, figureId } = params
  const { options, filter, ...choices } = query
  const request = { figureId, options, filter }
  const result = await read(ctx.db, 'figure', [studyId, request], signal)
  const file = await drawPicture(ownSite(ctx.config), { studyId, result, choices }, signal)
  // The id of a figure that was found holds a-z, 0-9 and "-" only, so it needs no quoting rules.
  return new Response(file, {
    headers: {
      'content-type': PICTURE_TYPES[choices.format],
      'content-disposition': `attachment; filename="${figureId}.${choices.format}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
})
