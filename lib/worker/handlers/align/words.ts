import type { AlignResult } from '@/lib/services/alignments'

/** Returns what an alignment came to, in words for logs. */
export function alignmentWords(result: Omit<AlignResult, 'alignmentNo'>): string {
  const { matched, total, reason, note, operatorRows } = result
  const parts = [`${matched} of ${total} rows aligned with their parents`]
  if (reason !== null) parts.push(`not aligned: ${reason}`)
  if (note !== null) parts.push(note)
  if (matched > 0) {
    parts.push(operatorRows === 0 ? 'operators unknown' : `operators known of ${operatorRows} rows`)
  }
  return parts.join('; ')
}

/** Returns the level at which a log tells of an alignment: rows without parents are a warning. */
export function alignmentLevel({
  matched,
  total,
}: {
  matched: number
  total: number
}): 'info' | 'warn' {
  return matched < total ? 'warn' : 'info'
}
