import { RE2JS } from 're2js'

/** A step of a pattern: folders, any letters, one letter, one of some, alternatives, or a letter. */
const STEPS = /\*\*\/?|\*|\?|\[[!^]?[^\]]+\]|[{},]|[\s\S]/gu

/**
 * Returns what tells whether a path fits a pattern of a card: `*` and `?` within a folder, `**` across folders, `[0-9]` and `{a,b}`; a
 * folder stands for all that lies in it. Runs in linear time, whatever the pattern; what is no pattern fits nothing.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  let depth = 0
  const steps = (pattern.match(STEPS) ?? []).map((step) => {
    if (step === '**/') return '(?:.*/)?'
    if (step === '**') return '.*'
    if (step === '*') return '[^/]*'
    if (step === '?') return '[^/]'
    if (step === '{') depth += 1
    if (step === '{') return '(?:'
    if (step === ',' && depth > 0) return '|'
    if (step === '}' && depth > 0) return (depth -= 1) >= 0 ? ')' : ''
    if (step.length < 3 || !step.startsWith('[')) return RE2JS.quote(step)
    const inside = step
      .slice(1, -1)
      .replace(/^[!^]/, '')
      .replaceAll(/[\\^[]/g, String.raw`\$&`)
    return `[${/^\[[!^]/.test(step) ? '^/' : ''}${inside}]`
  })
  try {
    const expression = RE2JS.compile(`${steps.join('')}(?:/.*)?`, RE2JS.DOTALL)
    return (path) => expression.matches(path)
  } catch {
    return () => false
  }
}
