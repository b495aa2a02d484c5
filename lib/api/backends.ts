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
import { get, patch, post, remove } from './endpoint'
import { startsJob } from './jobs'

/** Lists the backends that can be used, built-in ones first. */
export const listBackendsEndpoint = get('/backends', { reply: z.array(backendInfoSchema) })

/** Adds a backend and queues its probe. */
export const addBackendEndpoint = post('/backends', {
  body: backendInputSchema,
  reply: backendInfoSchema,
})

/** Returns the kinds of backends with their settings, and whether keys can be stored. */
export const backendKindsEndpoint = get('/backends/kinds', { reply: connectInfoSchema })

/** Looks at an address as a job, whose result says what server is there. */
export const detectBackendEndpoint = post('/backends/detect', {
  body: detectInputSchema,
  /** `keyDraft` is the id under which a typed key was stored; null when there was none. */
  reply: z.object({ job: jobSchema, keyDraft: z.string().nullable() }),
})

/** Returns one backend. */
export const getBackendEndpoint = get('/backends/[backendId]', { reply: backendInfoSchema })

/** Changes a backend and queues a probe where the change calls for one. */
export const updateBackendEndpoint = patch('/backends/[backendId]', {
  body: backendPatchSchema,
  reply: backendInfoSchema,
})

/** Deletes a backend; it can be restored for 7 days. */
export const deleteBackendEndpoint = remove('/backends/[backendId]')

/** Undoes the deletion of a backend. */
export const restoreBackendEndpoint = post('/backends/[backendId]/restore', {
  reply: backendInfoSchema,
})

/** Adds a copy of a backend without its stored key. */
export const duplicateBackendEndpoint = post('/backends/[backendId]/duplicate', {
  reply: backendInfoSchema,
})

/** Probes a backend as a job, or names the job that waits to do so. */
export const probeBackendEndpoint = startsJob('/backends/[backendId]/probe')

/** Returns the models that were found behind a backend and its latest probes. */
export const backendHistoryEndpoint = get('/backends/[backendId]/history', {
  reply: backendHistorySchema,
})
