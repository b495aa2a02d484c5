import type { Numbers } from './no-value'
import { ascendingOrder } from './ranks'

/** Returns Holm's adjusted p values in input order: max over j <= i of min(1, (m - j + 1) p_(j)) along ascending p. */
export function holm(ps: Numbers): Float64Array {
  const m = ps.length
  const adjusted = new Float64Array(m)
  let running = 0
  ascendingOrder(ps).forEach((index, rank) => {
    running = Math.max(running, Math.min(1, (m - rank) * (ps[index] as number)))
    adjusted[index] = running
  })
  return adjusted
}
