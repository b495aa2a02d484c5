import { wilsonInterval, type Interval } from './intervals'
import { noValue, type NoValue } from './no-value'

/** Returns the difference of two shares kA / nA - kB / nB with its 95 % interval by Newcombe's hybrid of Wilson intervals. */
export function shareDifference(
  [kA, nA]: readonly [number, number],
  [kB, nB]: readonly [number, number],
): Interval | NoValue {
  const a = wilsonInterval(kA, nA)
  const b = wilsonInterval(kB, nB)
  if (!a.ok || !b.ok) return noValue('n_too_small')
  const estimate = a.estimate - b.estimate
  return {
    ok: true,
    estimate,
    low: estimate - Math.hypot(a.estimate - a.low, b.high - b.estimate),
    high: estimate + Math.hypot(a.high - a.estimate, b.estimate - b.low),
  }
}
