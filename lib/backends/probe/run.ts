import { PROBE_STEPS, type ProbeStepId } from '@/lib/contracts/probe-steps'
import { errorCode, errorMessage } from '@/lib/errors'
import type { CapabilityState, OnProbeStep, ProbeStep } from '../types'

/** What a step found. */
export type Outcome = Omit<ProbeStep, 'id' | 'name'>

/** What to change so that a step passes. */
export type Remedy = Pick<ProbeStep, 'remedy' | 'flag'>

/** Returns the outcome of a plain yes or no. */
export function judge(good: boolean, detail: string, remedy: Remedy = {}): Outcome {
  return good ? { state: 'pass', detail } : { state: 'fail', detail, ...remedy }
}

/** The steps of one probe, in order; each is reported as soon as it is decided. */
export class ProbeRun {
  readonly steps: ProbeStep[] = []

  constructor(
    readonly signal: AbortSignal | undefined,
    private readonly onStep: OnProbeStep | undefined,
  ) {}

  /** Adds a decided step; returns whether it passed. */
  note({ id, ...outcome }: Omit<ProbeStep, 'name'>): boolean {
    const step = { id, name: PROBE_STEPS[id], ...outcome }
    this.steps.push(step)
    this.onStep?.(step)
    return step.state === 'pass'
  }

  /** Runs a step; an error is its failure, except `cancelled`, which is thrown. Returns whether it passed. */
  async step(id: ProbeStepId, work: () => Promise<Outcome>, remedy: Remedy = {}): Promise<boolean> {
    let outcome: Outcome
    try {
      outcome = await work()
    } catch (error) {
      if (errorCode(error) === 'cancelled') throw error
      outcome = { state: 'fail', detail: errorMessage(error), ...remedy }
    }
    return this.note({ id, ...outcome })
  }

  /** Returns the state of a capability that needs all these steps; a step that did not run does not count. */
  capability(ids: readonly ProbeStepId[]): CapabilityState {
    const taken = this.steps.filter((step) => ids.includes(step.id))
    const failure =
      taken.find((step) => step.state === 'fail') ?? taken.find((step) => step.state === 'unknown')
    if (!failure) {
      return taken.length > 0 ? { state: 'yes' } : { state: 'no', reason: 'It was not tried.' }
    }
    const { remedy, flag } = failure
    return {
      state: failure.state === 'unknown' ? 'unknown' : 'no',
      reason: `${failure.name}: ${failure.detail}`,
      ...(remedy === undefined ? {} : { remedy }),
      ...(flag === undefined ? {} : { flag }),
    }
  }
}
