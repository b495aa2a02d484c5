import { createHash } from 'node:crypto'
import type { AutoIfOptions, Plan } from '@/lib/contracts/experiment'

/** Returns the options of an AutoIF plan. */
export function optionsOf(plan: Plan): AutoIfOptions {
  if (plan.scenario.kind !== 'autoif') throw new TypeError('another scenario')
  return plan.scenario
}

/** Returns the key of a constraint: of its text, so that it stays when others come or go. */
export function constraintKey(constraint: string): string {
  return createHash('sha256').update(constraint).digest('hex').slice(0, 16)
}

// 24 bits of the key: seeds of 31 bits, which every server takes, leave room for samples and attempts.
const KEY_DIGITS = 6
// Samples of one constraint draw different numbers.
const SAMPLE_STEP = 32

/** Returns what is added to the seed for the nth request about a constraint. */
export function offsetOf(key: string, n: number): number {
  return Number.parseInt(key.slice(0, KEY_DIGITS), 16) * SAMPLE_STEP + n
}
