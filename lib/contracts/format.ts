/** Shown where a value is missing; always with its reason beside it. */
export const DASH = '–'

const LOCALE = 'en-US'
const countFormat = new Intl.NumberFormat(LOCALE)
const significant = new Intl.NumberFormat(LOCALE, {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
})
const percentFormat = new Intl.NumberFormat(LOCALE, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
})
const dateTimeFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** Returns a count with separators: `12,400`. */
export function formatCount(value: number): string {
  return countFormat.format(value)
}

/** Returns a count with its noun: `1 row`, `2 rows`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** Returns a metric to three significant digits; a dash when it is no finite number. */
export function formatMetric(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH
  const size = Math.abs(value)
  if (value === 0) return '0'
  if (size < 1e-4 || size >= 1e7) return value.toExponential(2).replaceAll('-', '\u2212')
  if (size >= 1000) return countFormat.format(Math.round(value)).replace('-', '\u2212')
  return significant.format(value).replace('-', '\u2212')
}

/** Returns the value of one row: a whole number (words, a rating) as it is, others to three significant digits. */
export function formatValue(value: number | null | undefined): string {
  return Number.isSafeInteger(value) ? formatCount(value as number) : formatMetric(value)
}

/** Returns a share in 0..1 as a percentage with one decimal. */
export function formatShare(share: number): string {
  return Number.isFinite(share) ? percentFormat.format(share) : DASH
}

/** Decimals that show two digits of a spread: a mean is not known to more of them. */
function decimalsOf(spread: number): number {
  return Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(spread))))
}

/** Returns `2.8363 ± 0.0044`: a mean to the digits that its spread leaves; five digits where there is no spread. */
export function formatSpread(mean: number, sd: number | null): string {
  const decimals = sd === null || !(sd > 0) ? null : decimalsOf(sd)
  const text =
    sd === null || decimals === null
      ? String(Number(mean.toPrecision(5)))
      : `${mean.toFixed(decimals)} ± ${sd.toFixed(decimals)}`
  return text.replaceAll('-', '\u2212')
}

/** Returns a duration as a person says it: `3 min 20 s`; two units at most. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Returns a size as `1.4 MB`, in powers of 1000 as file managers show it. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** Returns a time as `7 Mar 2025, 14:05` in the reader's time zone. */
export function formatDateTime(at: number): string {
  return dateTimeFormat.format(at)
}

/** Returns the first digits of a hash, enough to compare by eye; the whole one belongs into a title. */
export function shortHash(hash: string): string {
  return hash.slice(0, 10)
}
