import { z } from 'zod'
import { getBackendKind } from '@/lib/backends'
import { getBackendRow, saveProbe } from '@/lib/services/backends'
import { backendEnvironment, parseBackendConfig } from './backend-pool'
import { defineJob } from './types'

/** Finds out what a backend can do and stores it beside the backend. */
export const probeJob = defineJob({
  kind: 'probe',
  lane: 'quick',
  payload: z.object({ backendId: z.string() }),
  title: () => 'Test a backend',
  async run(context, { backendId }) {
    const row = getBackendRow(context.db, backendId)
    context.progress({ phase: `Testing ${row.label}`, unit: 'steps' })
    const probe = await getBackendKind(row.kind).probe(
      parseBackendConfig(row),
      backendEnvironment(context.config),
      context.signal,
    )
    context.commit(() => saveProbe(context.db, backendId, probe))
    for (const { name, state, detail } of probe.steps) {
      context.log(state === 'fail' ? 'warn' : 'info', `${name}: ${state}. ${detail}`)
    }
    const passed = probe.steps.filter((step) => step.state === 'pass').length
    context.progress({ done: probe.steps.length, total: probe.steps.length })
    return { backendId, steps: probe.steps.length, passed }
  },
})
