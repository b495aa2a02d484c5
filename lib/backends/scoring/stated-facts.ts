import type { ModelFacts } from '../types'

/** Returns what a server states of its model without what it does not state. */
export function statedFacts(
  stated: Record<string, string | number | boolean | null | undefined>,
): ModelFacts {
  return Object.fromEntries(
    Object.entries(stated).filter((entry): entry is [string, string | number | boolean] => {
      const [, value] = entry
      return value !== null && value !== undefined && value !== ''
    }),
  )
}
