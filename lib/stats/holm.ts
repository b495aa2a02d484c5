import type { Numbers } from './no-value'

/** Returns Holm's adjusted p values in input order: max over j <= i of min(1, (m - j + 1) p_(j)) along ascending p. */
export function holm(ps: Numbers): Float64Array {
  const m = ps.length
  const order = Array.from({ length: m }, (_, i) => i)
  order.sort((a, b) => (ps[a] as number) - (ps[b] as number))
  const adjusted = new Float64Array(m)
  let running = 0
  order.forEach((index, rank) => {
    running = Math.max(running, Math.min(1, (m - rank) * (ps[index] as number)))
    adjusted[index] = running
  })
  return adjusted
}
