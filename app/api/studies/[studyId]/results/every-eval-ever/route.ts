import { everyEvalEverEndpoint } from '@/lib/api/results'
import { zipStream } from '@/lib/formats/containers/write-zip'
import { everyEvalEverFiles } from '@/lib/formats/results/write-every-eval-ever'
import { serve } from '@/lib/http/route'
import { toStream } from '@/lib/services/exports/write'
import { listResults } from '@/lib/services/results'

export const GET = serve(everyEvalEverEndpoint, ({ ctx, params: { studyId } }) => {
  const { files } = everyEvalEverFiles(listResults(ctx.db, studyId).results)
  const entries = files.map(({ name, content }) => ({
    name,
    chunks: () => [JSON.stringify(content, null, 2)],
  }))
  return new Response(
    toStream(zipStream(entries), () => {}),
    {
      headers: {
        'content-type': 'application/zip',
        'content-disposition': 'attachment; filename="results-every-eval-ever.zip"',
        'cache-control': 'no-store',
      },
    },
  )
})
