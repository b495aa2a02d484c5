import { mapCsvEndpoint } from '@/lib/api/maps'
import { serve } from '@/lib/http/route'
import { getMap } from '@/lib/services/maps'
import { mapCsv } from '@/lib/services/maps/table'

export const GET = serve(mapCsvEndpoint, ({ ctx, params: { studyId, mapId } }) => {
  const { hash } = getMap(ctx.db, studyId, mapId)
  const parts = mapCsv(ctx.db, studyId, mapId)
  const encoder = new TextEncoder()
  // Read before the answer begins, so that an error is one.
  const head = [parts.next(), parts.next()].flatMap(({ value }) => value ?? [])
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const text = head.shift() ?? parts.next().value
      if (text) controller.enqueue(encoder.encode(text))
      else controller.close()
    },
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="map-${hash.slice(0, 8)}.csv"`,
      'cache-control': 'no-store',
    },
  })
})
