import { randomUUID } from 'node:crypto'
import { BACKEND_KINDS } from '@/lib/backends'
import type { Detection } from '@/lib/backends/detect'
import { serverAddress } from '@/lib/backends/detect/server-address'
import { parseBaseUrl } from '@/lib/backends/http/address'
import type { DetectInput, DetectionInfo } from '@/lib/contracts/backends'
import type { Job } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'
import { enqueue, type Queryable } from '@/lib/queue/queue'
import { keyOrigins, keyVariableIsSet, refuseReservedKey, storeKey, storedKeyName } from './keys'

// The form waits for it.
const DETECT_PRIORITY = 30
// Where a server's own kind is not registered, its OpenAI routes are still of use.
const FALLBACK_KIND = 'openai'

/** Queues a look at an address; `keyDraft` is the id that the backend gets when it is saved with the typed key. */
export function requestDetection(
  db: Queryable,
  input: DetectInput,
): { job: Job; keyDraft: string | null } {
  refuseReservedKey(input)
  const baseUrl = serverAddress(input.url)
  const { origin, host } = parseBaseUrl(baseUrl)
  const keyDraft = input.key === undefined ? (input.keyDraft ?? null) : randomUUID()
  if (input.key !== undefined && keyDraft !== null) storeKey(db, keyDraft, input.key, [origin])
  else if (keyDraft !== null && !keyOrigins(db, keyDraft)?.includes(origin)) {
    throw new AppError('invalid_input', 'The key was typed for another address. Enter it again.')
  }
  const job = enqueue(db, {
    kind: 'detect',
    payload: {
      baseUrl,
      keyEnv: keyDraft === null ? input.keyEnv : storedKeyName(keyDraft),
      keySetHere: keyVariableIsSet(input),
      caFile: input.caFile,
      allowPlainHttp: input.allowPlainHttp,
    },
    title: `Look at ${host}`,
    priority: DETECT_PRIORITY,
    progress: { unit: 'routes' },
  })
  return { job, keyDraft }
}

/** Returns a detection as pages show it: a kind that is not registered becomes the general one, with a note. */
export function describeDetection(found: Detection): DetectionInfo {
  const known = BACKEND_KINDS.find(({ id }) => id === found.kind)
  const kind = known ?? BACKEND_KINDS.find(({ id }) => id === FALLBACK_KIND)
  return {
    ...found,
    kind: kind?.id ?? found.kind,
    kindLabel: kind?.label ?? found.kind,
    note: [found.note, known ? '' : `${found.server} is used over its OpenAI routes.`]
      .filter(Boolean)
      .join(' '),
  }
}
