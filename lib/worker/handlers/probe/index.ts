import { getBackendKind } from '@/lib/backends'
import { targetsOf } from '@/lib/backends/session/replicas'
import type { ProbeStep } from '@/lib/backends/types'
import { errorMessage } from '@/lib/errors'
import { JOBS } from '@/lib/queue/kinds'
import { redactText } from '@/lib/log'
import { getBackendRow } from '@/lib/services/backends'
import {
  beginProbe,
  closeLeftProbes,
  failProbe,
  saveProbe,
  saveProbeSteps,
} from '@/lib/services/backends/probes'
import { requireKeyIsSet, storedKeyName } from '@/lib/services/backends/keys'
import { backendEnvironment, parseBackendConfig } from '@/lib/worker/backend-pool'
import { probeReplicas } from './replicas'
import { defineJob } from '@/lib/worker/types'
import { withoutRetry } from '@/lib/worker/without-retry'

/** Steps speak of the key by its variable; a stored one has a name of ours that means nothing to anybody. */
function plainKeyName<T>(found: T, backendId: string): T {
  const text = JSON.stringify(found).replaceAll(storedKeyName(backendId), 'the stored key')
  return JSON.parse(text) as T
}

/** Finds out what a backend can do and stores it beside the backend; each step is written as soon as it is decided. */
export const probeJob = defineJob(JOBS.probe, {
  lane: 'quick',
  backends: (_around, { backendId }) => [backendId],
  async run(context, { backendId, keySetHere }) {
    const { db, job } = context
    const row = getBackendRow(db, backendId)
    const usual = row.probe?.steps.length ?? 0
    context.progress({ phase: `Testing ${row.label}`, unit: 'steps', total: usual })
    let no = 0
    context.commit(() => {
      no = beginProbe(db, backendId, job.id)
    })
    const steps: ProbeStep[] = []
    const onStep = (decided: ProbeStep) => {
      const step = plainKeyName(decided, backendId)
      steps.push(step)
      context.log(step.state === 'fail' ? 'warn' : 'info', `${step.name}: ${step.detail}`)
      context.progress({ done: steps.length, total: Math.max(usual, steps.length) })
      context.commit(() => saveProbeSteps(db, no, steps))
    }
    try {
      requireKeyIsSet(row.config, keySetHere)
      const kind = getBackendKind(row.kind)
      const config = parseBackendConfig(row)
      const env = backendEnvironment(context.config, db)
      const found = await kind.probe(config, env, context.signal, onStep)
      const probe = plainKeyName(found, backendId)
      context.signal.throwIfAborted()
      // Kinds that decide everything at once report their steps with the result.
      if (steps.length === 0) probe.steps.forEach(onStep)
      await probeReplicas(
        targetsOf(row.config, config, row.label).slice(1),
        probe,
        (replica) => kind.probe(replica, env, context.signal),
        (step) => {
          onStep(step)
          probe.steps.push(plainKeyName(step, backendId))
        },
      )
      context.commit(() => saveProbe(db, backendId, probe, Date.now(), no))
      const passed = probe.steps.filter((step) => step.state === 'pass').length
      context.progress({ done: probe.steps.length, total: probe.steps.length })
      return { backendId, steps: probe.steps.length, passed }
    } catch (error) {
      failProbe(db, no, redactText(errorMessage(error)))
      throw withoutRetry(error)
    }
  },
  cleanup: (db) => closeLeftProbes(db),
})
