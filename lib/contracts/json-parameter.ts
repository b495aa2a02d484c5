import { z } from 'zod'
import { parseOutsideJson } from './parse-json'

/** Returns the schema of a search parameter that holds JSON; `fallback` stands for one that was left out. */
export function jsonParameter(name: string, fallback?: string) {
  const text = fallback === undefined ? z.string() : z.string().default(fallback)
  return text.transform((given, context) => {
    const parsed = parseOutsideJson(given)
    if ('value' in parsed) return parsed.value
    const what = parsed.problem === 'key' ? 'has a key "__proto__"' : 'is not valid JSON'
    context.addIssue({ code: 'custom', message: `${name} ${what}` })
    return z.NEVER
  })
}
