import { z } from 'zod'
import {
  backendHistorySchema,
  backendInfoSchema,
  backendInputSchema,
  backendPatchSchema,
  connectInfoSchema,
  detectInputSchema,
} from '@/lib/contracts/backends'
import { jobSchema } from '@/lib/contracts/job'
import { endpoint } from './endpoint'
import { startedJobSchema } from './jobs'

export const listBackendsEndpoint = endpoint({
  method: 'GET',
  path: '/backends',
  summary: 'Lists the backends that can be used, built-in ones first.',
  reply: z.array(backendInfoSchema),
})

export const addBackendEndpoint = endpoint({
  method: 'POST',
  path: '/backends',
  summary: 'Adds a backend and queues its probe.',
  body: backendInputSchema,
  reply: backendInfoSchema,
})

export const backendKindsEndpoint = endpoint({
  method: 'GET',
  path: '/backends/kinds',
  summary: 'Returns the kinds of backends with their settings, and whether keys can be stored.',
  reply: connectInfoSchema,
})

export const detectBackendEndpoint = endpoint({
  method: 'POST',
  path: '/backends/detect',
  summary: 'Looks at an address as a job, whose result says what server is there.',
  body: detectInputSchema,
  /** `keyDraft` is the id under which a typed key was stored; null when there was none. */
  reply: z.object({ job: jobSchema, keyDraft: z.string().nullable() }),
})

export const getBackendEndpoint = endpoint({
  method: 'GET',
  path: '/backends/[backendId]',
  summary: 'Returns one backend.',
  reply: backendInfoSchema,
})

export const updateBackendEndpoint = endpoint({
  method: 'PATCH',
  path: '/backends/[backendId]',
  summary: 'Changes a backend and queues a probe where the change calls for one.',
  body: backendPatchSchema,
  reply: backendInfoSchema,
})

export const deleteBackendEndpoint = endpoint({
  method: 'DELETE',
  path: '/backends/[backendId]',
  summary: 'Deletes a backend; it can be restored for 7 days.',
})

export const restoreBackendEndpoint = endpoint({
  method: 'POST',
  path: '/backends/[backendId]/restore',
  summary: 'Undoes the deletion of a backend.',
  reply: backendInfoSchema,
})

export const duplicateBackendEndpoint = endpoint({
  method: 'POST',
  path: '/backends/[backendId]/duplicate',
  summary: 'Adds a copy of a backend without its stored key.',
  reply: backendInfoSchema,
})

export const probeBackendEndpoint = endpoint({
  method: 'POST',
  path: '/backends/[backendId]/probe',
  summary: 'Probes a backend as a job, or names the job that waits to do so.',
  reply: startedJobSchema,
})

export const backendHistoryEndpoint = endpoint({
  method: 'GET',
  path: '/backends/[backendId]/history',
  summary: 'Returns the models that were found behind a backend and its latest probes.',
  reply: backendHistorySchema,
})
