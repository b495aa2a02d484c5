import { compareVectors } from '@/lib/backends/probe/identity'
import type { Outcome } from '@/lib/backends/probe/run'
import type { Target } from '@/lib/backends/session/replicas'
import type { ProbeResult, ProbeStep } from '@/lib/backends/types'
import { errorCode, errorMessage } from '@/lib/errors'

const REMEDY = 'Serve the same weights there with the same settings, or take the address out.'

function verdict(main: ProbeResult, found: ProbeResult): Outcome {
  const failed = found.steps.find(({ state }) => state === 'fail')
  const works = Object.values(found.capabilities).some(({ state }) => state === 'yes')
  if (!works && failed) return { state: 'fail', detail: failed.detail, remedy: REMEDY }
  const lacking = Object.entries(main.capabilities)
    .filter(([name, { state }]) => {
      const there = found.capabilities[name as keyof ProbeResult['capabilities']]
      return state === 'yes' && there.state !== 'yes'
    })
    .map(([name]) => name)
  if (lacking.length > 0) {
    const why = failed ? ` ${failed.name}: ${failed.detail}` : ''
    return { state: 'fail', detail: `lacks ${lacking.join(', ')}.${why}`, remedy: REMEDY }
  }
  const [ours, theirs] = [main.identity.dtype, found.identity.dtype]
  if (ours !== theirs) {
    const detail = `states the number format ${theirs || 'unknown'}, not ${ours || 'unknown'}`
    return { state: 'fail', detail, remedy: REMEDY }
  }
  const { verdict: same, reason } = compareVectors(main.vector, found.vector)
  if (same === 'different') return { state: 'fail', detail: reason, remedy: REMEDY }
  if (found.identity.model !== main.identity.model) {
    const detail = `serves ${found.identity.model}, not ${main.identity.model}`
    return { state: 'fail', detail, remedy: REMEDY }
  }
  return same === 'same'
    ? { state: 'pass', detail: `the same model: ${reason}` }
    : { state: 'unknown', detail: `the same name; nothing tells whether it is the same model` }
}

/**
 * Probes each further address of a backend and reports one step for it: whether it can do what the first address can,
 * and whether the same model answers. Throws `cancelled` only.
 */
export async function probeReplicas(
  targets: readonly Target[],
  main: ProbeResult,
  probe: (config: unknown) => Promise<ProbeResult>,
  onStep: (step: ProbeStep) => void,
): Promise<void> {
  for (const { name, config } of targets) {
    let outcome: Outcome
    try {
      outcome = verdict(main, await probe(config))
    } catch (error) {
      if (errorCode(error) === 'cancelled') throw error
      outcome = { state: 'fail', detail: errorMessage(error), remedy: REMEDY }
    }
    onStep({ id: 'replica', name: `replica ${name}`, ...outcome })
  }
}
