import { probeStepSchema } from './probe-steps'
import { z } from 'zod'
import { numbers, numbersOrNull, texts } from './fields'
import { paramInfoSchema } from './compute'
import { nameSchema, settingsSchema } from './limits'
import { pricesSchema } from './meter'
import { cleanName } from './plain-text'
import { plainObjectSchema } from './plain-object'

/** Settings that every backend has beside those of its kind. */
export const commonSettingsSchema = z.object({
  prices: pricesSchema.nullable().default(null),
  /** Further addresses that serve the same model; work is spread over all of them. */
  replicas: z.array(z.string().trim().min(1).max(200)).max(64).default([]),
})

const capabilityStateSchema = z.object({
  state: z.enum(['yes', 'no', 'unknown']),
  reason: z.string().optional(),
  /** What to change so that it works. */
  remedy: z.string().optional(),
  /** Launch flag or setting that does so, ready to copy. */
  flag: z.string().optional(),
})
export type CapabilityInfo = z.infer<typeof capabilityStateSchema>

/** A probe that waits or runs, with the steps that are decided. */
const probingSchema = z.object({
  jobId: z.string(),
  state: z.enum(['waiting', 'running']),
  steps: z.array(probeStepSchema),
})

/** Another model was found behind the name that a backend asks for. */
const modelChangeSchema = z.object({
  at: z.number(),
  model: z.string(),
  /** How that was noticed. */
  reason: z.string(),
})
export type ModelChange = z.infer<typeof modelChangeSchema>

/** What a probe found. */
export const probeInfoSchema = z.object({
  /** Capability -> state. */
  capabilities: z.record(z.string(), capabilityStateSchema),
  identity: plainObjectSchema,
  models: z.array(z.string()),
  steps: z.array(probeStepSchema),
  latencyMs: z.number().nullable(),
})

/** The latest probe as it is stored beside its backend. */
export const storedProbeSchema = probeInfoSchema.extend({
  /** Error code of a probe that could try nothing. */
  failed: z.string().optional(),
})

export const backendInfoSchema = z.object({
  ...texts('id', 'kind', 'kindLabel', 'label'),
  builtIn: z.boolean(),
  /** Capabilities that its kind can have at best. */
  offers: z.array(z.string()),
  /** Never holds a key. */
  config: plainObjectSchema,
  /** From the last probe; null when never probed. */
  probe: probeInfoSchema.nullable(),
  probedAt: z.number().nullable(),
  probing: probingSchema.nullable(),
  /** Why the last probe could not be carried out; null when it was. */
  probeError: z.string().nullable(),
  /** Set when a probe of the last days found another model under the same name. */
  modelChange: modelChangeSchema.nullable(),
  /** Whether a key was typed in and is stored sealed. */
  keyStored: z.boolean(),
  /** Whether the key can be read: variable set, or master key there; null when the backend has none. */
  keyIsSet: z.boolean().nullable(),
})
export type BackendInfo = z.infer<typeof backendInfoSchema>

export const backendKindInfoSchema = z.object({
  ...texts('id', 'label', 'description'),
  capabilities: z.array(z.string()),
  params: z.array(paramInfoSchema),
  /** Whether it is a server with an address; the others run inside this program. */
  isServer: z.boolean(),
})
export type BackendKindInfo = z.infer<typeof backendKindInfoSchema>

export const connectInfoSchema = z.object({
  kinds: z.array(backendKindInfoSchema),
  /** Why keys cannot be stored, with the remedy; null when they can. */
  keyStorageProblem: z.string().nullable(),
})
export type ConnectInfo = z.infer<typeof connectInfoSchema>

/** What a detection found at an address; the result of a `detect` job. */
export const detectionSchema = z.object({
  ...texts('kind', 'kindLabel', 'server', 'baseUrl'),
  use: z.enum(['chat', 'embeddings']),
  models: z.array(z.object({ id: z.string(), contextLength: z.number().nullable() })),
  keyNeeded: z.boolean(),
  /** Whether a key was sent; with `keyNeeded` it is a wrong one. */
  keySent: z.boolean().default(false),
  note: z.string(),
  evidence: z.array(z.string()),
})
export type DetectionInfo = z.infer<typeof detectionSchema>

/** A model that was found behind a backend, and when. */
const identityRecordSchema = z.object({
  no: z.number(),
  identity: plainObjectSchema,
  ...numbers('firstSeenAt', 'lastSeenAt'),
  /** In what it differs from the one before; null for the first one. */
  change: z.string().nullable(),
})
export type IdentityRecord = z.infer<typeof identityRecordSchema>

export const backendHistorySchema = z.object({
  identities: z.array(identityRecordSchema),
  probes: z.array(
    z.object({
      no: z.number(),
      state: z.enum(['running', 'done', 'failed']),
      ...numbers('startedAt', 'passed', 'failed'),
      ...numbersOrNull('finishedAt', 'identityNo'),
      error: z.string().nullable(),
    }),
  ),
})
export type BackendHistory = z.infer<typeof backendHistorySchema>

const labelSchema = z.string().transform(cleanName).pipe(z.string().min(1).max(80))
/** A key as typed: sealed at once, never shown again. */
const typedKeySchema = z.string().min(1).max(4_000)

/** A backend as a user sets it up. */
export const backendInputSchema = z.object({
  kind: nameSchema,
  label: labelSchema,
  config: settingsSchema.default({}),
  key: typedKeySchema.optional(),
  /** Id under which a detection stored the key already. */
  keyDraft: z.uuid().optional(),
})
export type BackendInput = z.infer<typeof backendInputSchema>

/** What may be changed later. */
export const backendPatchSchema = z.object({
  label: labelSchema.optional(),
  config: settingsSchema.optional(),
  /** A new key replaces the stored one; null deletes it. */
  key: typedKeySchema.nullable().optional(),
})
export type BackendPatch = z.infer<typeof backendPatchSchema>

/** An address to look at, and how to get in. */
export const detectInputSchema = z.object({
  url: z.string().trim().min(1).max(300),
  keyEnv: z.string().max(200).nullable().default(null),
  /** Sealed at once; the job gets its name only. */
  key: typedKeySchema.optional(),
  /** Id under which the key is stored already: of an earlier detection, or of the backend that is being changed. */
  keyDraft: z.uuid().optional(),
  caFile: z.string().max(1_000).nullable().default(null),
  allowPlainHttp: z.boolean().default(false),
})
export type DetectInput = z.output<typeof detectInputSchema>
