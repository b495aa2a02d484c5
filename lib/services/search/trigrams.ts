// More looks at the index than this cost more than they leave out.
const MOST = 12

/** A trigram inside quotation marks, as FTS5 reads it. */
function quote(trigram: string): string {
  return `"${trigram.replaceAll('"', '""')}"`
}

/**
 * Returns the FTS5 query that every text with all of these strings passes, or null when they say nothing: every three signs
 * on end are looked for that `isSafe` allows.
 */
export function trigramQuery(
  strings: readonly string[],
  isSafe: (signs: string) => boolean = () => true,
): string | null {
  const all = new Set<string>()
  for (const text of strings) {
    const signs = [...text]
    for (let at = 0; at + 3 <= signs.length; at++) {
      const trigram = signs.slice(at, at + 3).join('')
      // The index ends at a NUL, and what follows one is not searched.
      if (!trigram.includes('\0') && isSafe(trigram)) all.add(trigram)
    }
  }
  if (all.size === 0) return null
  const step = Math.max(1, all.size / MOST)
  const list = [...all]
  const chosen = Array.from({ length: Math.min(MOST, list.length) }, (_, k) =>
    quote(list[Math.floor(k * step)] as string),
  )
  return chosen.join(' AND ')
}

/**
 * Returns whether the index and JavaScript agree on the small letters of these signs. They do below Greek and in most of
 * Cyrillic, and where a sign has no case; Greek has two small sigmas, and a dotted capital I two signs.
 */
export function foldsAlike(signs: string): boolean {
  return [...signs].every((sign) => {
    const code = sign.codePointAt(0) ?? 0
    if (code === 0x307) return false
    if (code < 0x370 || (code >= 0x400 && code <= 0x520)) return true
    return sign.toLowerCase() === sign && sign.toUpperCase() === sign
  })
}

/**
 * Returns strings that every match of a regular expression holds; none where that is not plain to see. Groups, classes
 * and what may be left out are passed over.
 */
export function literalsOf(pattern: string): string[] {
  if (pattern.includes('\\Q')) return []
  const found: string[] = []
  let run: string[] = []
  const end = () => {
    if (run.length > 0) found.push(run.join(''))
    run = []
  }
  let at = 0
  while (at < pattern.length) {
    const sign = String.fromCodePoint(pattern.codePointAt(at) ?? 0)
    if (sign === '|') return []
    if (sign === '(' || sign === '[') {
      end()
      at = sign === '(' ? afterGroup(pattern, at) : afterClass(pattern, at)
    } else if (sign === '\\') {
      const escaped = String.fromCodePoint(pattern.codePointAt(at + 1) ?? 0)
      at += 1 + escaped.length
      if (/[\p{L}\p{N}]/u.test(escaped)) {
        end()
        // \p{Greek}, \x{10FFFF}: what follows belongs to the escape.
        if (pattern[at] === '{') at = pattern.indexOf('}', at) + 1 || pattern.length
        else if (escaped === 'x') at += 2
        else if (/[pP]/.test(escaped)) at += 1
        else if (/\d/.test(escaped)) while (/\d/.test(pattern[at] ?? '')) at += 1
      } else run.push(escaped)
    } else if ('?*{'.includes(sign)) {
      // The sign before may be left out, or stand there more than once.
      run.pop()
      end()
      at = sign === '{' ? pattern.indexOf('}', at) + 1 || pattern.length : at + 1
    } else if ('.^$+'.includes(sign)) {
      end()
      at += 1
    } else {
      run.push(sign)
      at += sign.length
    }
  }
  end()
  return found
}

/** The place after a group that begins here. */
function afterGroup(pattern: string, from: number): number {
  let depth = 0
  for (let at = from; at < pattern.length;) {
    const sign = pattern[at]
    if (sign === '\\') at += 2
    else if (sign === '[') at = afterClass(pattern, at)
    else {
      depth += sign === '(' ? 1 : sign === ')' ? -1 : 0
      at += 1
      if (depth === 0) return at
    }
  }
  return pattern.length
}

/** The place after a class of signs that begins here; a bracket that comes first in it belongs to it. */
function afterClass(pattern: string, from: number): number {
  let at = from + 1
  if (pattern[at] === '^') at += 1
  if (pattern[at] === ']') at += 1
  for (; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1
    else if (pattern[at] === '[' && pattern[at + 1] === ':')
      at = pattern.indexOf(':]', at) + 1 || at
    else if (pattern[at] === ']') return at + 1
  }
  return pattern.length
}
