import { paperResultsEndpoint } from '@/lib/api/results'
import { serve } from '@/lib/http/route'
import { publishedResults } from '@/lib/paper/results'

export const GET = serve(paperResultsEndpoint, () => publishedResults())
