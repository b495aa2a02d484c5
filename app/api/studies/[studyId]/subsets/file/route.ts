import { readRuleFileEndpoint } from '@/lib/api/subsets'
import { serve } from '@/lib/http/route'
import { parseRuleFile } from '@/lib/services/subsets/rule-file'

export const POST = serve(readRuleFileEndpoint, ({ body }) => parseRuleFile(body.text))
