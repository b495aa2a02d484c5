import { embedTextEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { embedTyped } from '@/lib/services/search/typed-text'

export const POST = serve(embedTextEndpoint, ({ ctx, params: { studyId }, body: { text } }) => ({
  job: embedTyped(ctx, studyId, text),
}))
