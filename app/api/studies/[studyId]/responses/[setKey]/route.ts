import { changeResponsesEndpoint, deleteResponsesEndpoint } from '@/lib/api/responses'
import { serve } from '@/lib/http/route'
import { changeResponseSet, deleteResponseSet } from '@/lib/services/responses'

export const PATCH = serve(changeResponsesEndpoint, ({ ctx, params: { studyId, setKey }, body }) =>
  changeResponseSet(ctx.db, studyId, setKey, body),
)

export const DELETE = serve(deleteResponsesEndpoint, ({ ctx, params: { studyId, setKey } }) =>
  deleteResponseSet(ctx.db, studyId, setKey),
)
