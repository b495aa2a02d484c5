import { deleteRunEndpoint, runCardEndpoint } from '@/lib/api/runs'
import { serve } from '@/lib/http/route'
import { deleteRun } from '@/lib/services/runs'
import { getRunCard } from '@/lib/services/runs/cards'

export const GET = serve(runCardEndpoint, ({ ctx, params }) => getRunCard(ctx.db, params.runId))

export const DELETE = serve(deleteRunEndpoint, ({ ctx, params }) => deleteRun(ctx.db, params.runId))
