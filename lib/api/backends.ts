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
import { collection, get, patch, post, undoable } from './endpoint'
import { startsJob } from './jobs'

export const [listBackendsEndpoint, addBackendEndpoint] = collection('/backends', {
  lists: 'Lists the backends that can be used, built-in ones first.',
  adds: 'Adds a backend and queues its probe.',
  body: backendInputSchema,
  example: {
    body: {
      kind: 'vllm',
      label: 'vLLM',
      settings: { url: 'http://127.0.0.1:8000', model: 'NAME' },
    },
  },
  item: backendInfoSchema,
})

export const backendKindsEndpoint = get('/backends/kinds', {
  summary: 'Returns the kinds of backends with their settings, and whether keys can be stored.',
  reply: connectInfoSchema,
})

export const detectBackendEndpoint = post('/backends/detect', {
  summary: 'Looks at an address as a job, whose result says what server is there.',
  body: detectInputSchema,
  /** `keyDraft` is the id under which a typed key was stored; null when there was none. */
  reply: z.object({ job: jobSchema, keyDraft: z.string().nullable() }),
})

export const getBackendEndpoint = get('/backends/[backendId]', {
  summary: 'Returns one backend.',
  reply: backendInfoSchema,
})

export const updateBackendEndpoint = patch('/backends/[backendId]', {
  summary: 'Changes a backend and queues a probe where the change calls for one.',
  body: backendPatchSchema,
  example: { body: { label: 'vLLM on the GPU server' } },
  reply: backendInfoSchema,
})

export const [deleteBackendEndpoint, restoreBackendEndpoint] = undoable(
  '/backends/[backendId]',
  'a backend',
  backendInfoSchema,
)

export const duplicateBackendEndpoint = post('/backends/[backendId]/duplicate', {
  summary: 'Adds a copy of a backend without its stored key.',
  reply: backendInfoSchema,
})

export const probeBackendEndpoint = startsJob('/backends/[backendId]/probe', {
  summary: 'Probes a backend as a job, or names the job that waits to do so.',
})

export const backendHistoryEndpoint = get('/backends/[backendId]/history', {
  summary: 'Returns the models that were found behind a backend and its latest probes.',
  reply: backendHistorySchema,
})
