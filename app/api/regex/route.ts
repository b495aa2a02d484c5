import { checkRegexEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { compileRegex } from '@/lib/services/search/regex'

export const GET = serve(checkRegexEndpoint, ({ query: { pattern, ignoreCase } }) => {
  const compiled = compileRegex(pattern, ignoreCase)
  return { error: 'error' in compiled ? compiled.error : null }
})
