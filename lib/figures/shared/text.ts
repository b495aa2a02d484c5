import type { SeriesCount } from '../types'

/** Returns a number with three significant digits, counts with separators. */
export function number3(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1000) return Math.round(value).toLocaleString('en-US')
  return size >= 1e-4 ? value.toPrecision(3) : value.toExponential(2)
}

/** Returns a difference with its sign: "+1.23". */
export function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${number3(value)}`
}

/** Returns a number with at most three significant digits and no zeros behind them. */
export function short3(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** Returns a share, 0 to 1, as percent with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

/** Returns "1,234". */
export function count(n: number): string {
  return n.toLocaleString('en-US')
}

/** Returns "1 row", "2 rows". */
export function plural(n: number, one: string): string {
  return `${count(n)} ${one}${n === 1 ? '' : 's'}`
}

/** Returns "a", "a and b", "a, b and c". */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] as string}`
}

/** Returns the label of a key among evolvers, panel rows or columns; the key where it is none of them. */
export function labelOf(entries: readonly { key: string; label: string }[], key: string): string {
  return entries.find((entry) => entry.key === key)?.label ?? key
}

/** Returns the sums over all series: rows, rows with a value, and the reasons of the rest. */
export function totals(counts: readonly SeriesCount[]) {
  const missing: Record<string, number> = {}
  let n = 0
  let valued = 0
  for (const entry of counts) {
    n += entry.n
    valued += entry.valued
    for (const [name, rows] of Object.entries(entry.missing)) {
      missing[name] = (missing[name] ?? 0) + rows
    }
  }
  return { n, valued, missing }
}

/** Returns "88 no response" for each reason, the commonest first. */
export function reasonTexts(missing: Readonly<Record<string, number>>): string[] {
  return Object.entries(missing)
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, rows]) => `${count(rows)} ${name.replaceAll('_', ' ')}`)
}

/** Returns "3,012 of 3,100 rows have a value" with the reasons of the others. */
export function coverageText(counts: readonly SeriesCount[]): string {
  const { n, valued, missing } = totals(counts)
  const reasons = reasonTexts(missing)
  const base = `${count(valued)} of ${count(n)} rows have a value`
  return reasons.length > 0 ? `${base}; missing: ${list(reasons)}` : base
}

/** Returns the columns of a table whose cells have no unit, from a label for each key. */
export function unitless(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([key, label]) => ({ key, label, unit: '' }))
}
