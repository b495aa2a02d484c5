import { listSubsetsEndpoint, saveSubsetEndpoint } from '@/lib/api/subsets'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'
import { listSubsets, saveSubset, seededRules } from '@/lib/services/subsets'

export const GET = serve(listSubsetsEndpoint, ({ ctx, params: { studyId } }) =>
  listSubsets(ctx.db, studyId),
)

export const POST = serve(
  saveSubsetEndpoint,
  async ({ ctx, params: { studyId }, body, signal }) => {
    const wanted = seededRules(body.name, body.rules, body.seeds)
    // All are counted before one is saved, so that a rule that fails leaves nothing half done.
    const counted = []
    for (const one of wanted) {
      const { rows } = await read(ctx.db, 'subsetFunnel', [studyId, one.rules], signal)
      counted.push({ one, rows })
    }
    return counted.map(({ one, rows }) => saveSubset(ctx.db, studyId, one, rows))
  },
)
