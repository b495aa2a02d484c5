import { claimsReportEndpoint } from '@/lib/api/claims'
import { serve } from '@/lib/http/route'
import { claimsHtml, claimsMarkdown } from '@/lib/services/claims/report'
import { read } from '@/lib/services/queries/client'
import { getStudy } from '@/lib/services/studies'

const WRITTEN = {
  markdown: { write: claimsMarkdown, extension: 'md' },
  html: { write: claimsHtml, extension: 'html' },
} as const

export const GET = serve(
  claimsReportEndpoint,
  async ({ ctx, params: { studyId }, query: { format, ...choice }, signal }) => {
    const { name } = getStudy(ctx.db, studyId)
    const cards = await read(ctx.db, 'claims', [studyId, choice, null], signal)
    const { write, extension } = WRITTEN[format]
    return new Response(write(name, cards), {
      headers: {
        // As text: a browser that opens the file here runs nothing of it.
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="claims.${extension}"`,
        'cache-control': 'no-store',
      },
    })
  },
)
