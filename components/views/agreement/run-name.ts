import type { RatedRun } from '@/lib/contracts/agreement'

function rowsText(rowSet: Record<string, unknown>): string {
  if (rowSet['kind'] === 'sample') return `sample of ${String(rowSet['slots'])} seeds`
  return rowSet['kind'] === 'filter' ? 'filtered rows' : 'all rows'
}

/** A run in a few words, those that tell it from its neighbours: judge, repetition, temperature, rows. */
export function runName(run: RatedRun): string {
  const parts = [run.label, run.model ?? 'no model', rowsText(run.rowSet)]
  if (run.temperature) parts.push(`temperature ${run.temperature}`)
  if (run.repeat) parts.push(`repetition ${run.repeat}`)
  return parts.join(' · ')
}
