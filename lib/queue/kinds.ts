import { z } from 'zod'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { trialRequestSchema } from '@/lib/contracts/experiment'
import { exportRequestSchema } from '@/lib/contracts/export'
import { typedTextSchema } from '@/lib/contracts/find'
import { hubRequestSchema } from '@/lib/contracts/hub'
import type { KIND_LABEL } from '@/lib/contracts/job-text'
import { ALIGN_WAYS, alignSettingsSchema, operatorRuleSchema } from '@/lib/contracts/operators'
import { mergeRequestSchema } from '@/lib/contracts/merge'
import { promptTrialSchema } from '@/lib/contracts/prompts'
import { packedRowsSchema, respondRequestSchema } from '@/lib/contracts/responses'
import { importPlanSchema } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'

/** What a job is queued and run by: the name of its kind, and the schema of its ids and parameters. */
export interface PayloadOf<P> {
  kind: string
  payload: z.ZodType<P>
}

/** Whether the process that queued a job has the variable of its key; null when none is named. */
const keySetHere = z.boolean().nullable().default(null)

/**
 * Every kind of job with its payload and its title. A title is made of the payload and of the names behind its ids, which
 * the service that queues the job knows.
 */
export const JOBS = {
  compute: {
    kind: 'compute',
    payload: z.object({ runId: z.string() }),
    title: (_payload: unknown, { run }: { run: string }) => run,
  },
  'plan-trial': {
    kind: 'plan-trial',
    payload: trialRequestSchema.extend({ studyId: z.string() }),
    title: ({ plan }: { plan: { name: string } }, _names: object) => `Try ${plan.name}`,
  },
  stage: {
    kind: 'stage',
    payload: z.object({ experimentId: z.string(), arm: z.string(), stage: z.string() }),
    title: (_payload: unknown, { experiment, stage }: { experiment: string; stage: string }) =>
      `${experiment}: ${stage}`,
  },
  respond: {
    kind: 'respond',
    payload: z.object({
      studyId: z.string(),
      request: respondRequestSchema,
      /** Files with the rows that were chosen when the job was queued, packed; null = all. */
      files: z
        .array(z.object({ cellId: z.string(), rows: z.array(packedRowsSchema).nullable() }))
        .min(1),
      /** Hash of the model with which the job began. */
      model: z.string().nullable().default(null),
    }),
    title: (_payload: unknown, { backend }: { backend: string }) => `Responses by ${backend}`,
  },
  import: {
    kind: 'import',
    payload: z.object({
      studyId: z.string(),
      plans: z.array(importPlanSchema).min(1),
      /** Set where all files are taken out again when one fails: when the import was asked for. */
      undoSince: z.number().optional(),
    }),
    title: ({ plans }: { plans: readonly { fileName: string }[] }, _names: object) =>
      plans.length === 1 ? `Import ${plans[0]?.fileName}` : `Import ${plans.length} files`,
  },
  align: {
    kind: 'align',
    payload: z.object({
      studyId: z.string(),
      cells: z.array(z.string()).min(1),
      align: z.enum(ALIGN_WAYS).optional(),
      operators: operatorRuleSchema.optional(),
      ...alignSettingsSchema.shape,
    }),
    title: (
      { cells, align }: { cells: readonly string[]; align?: string | undefined },
      { cell }: { cell: string },
    ) =>
      `${align === undefined ? 'Operators of' : 'Align'} ${cells.length === 1 ? cell : `${cells.length} files`}`,
  },
  'dry-run': {
    kind: 'dry-run',
    payload: z.object({ studyId: z.string(), request: computeRequestSchema }),
    title: (_payload: unknown, _names: object) => 'Estimate',
  },
  detect: {
    kind: 'detect',
    payload: z.object({
      baseUrl: z.string(),
      keyEnv: z.string().nullable(),
      keySetHere,
      caFile: z.string().nullable(),
      allowPlainHttp: z.boolean(),
    }),
    title: (_payload: unknown, { host }: { host: string }) => `Look at ${host}`,
  },
  probe: {
    kind: 'probe',
    payload: z.object({ backendId: z.string(), keySetHere }),
    title: (_payload: unknown, { backend }: { backend: string }) => `Probe of ${backend}`,
  },
  'try-prompt': {
    kind: 'try-prompt',
    payload: promptTrialSchema,
    title: (_payload: unknown, { backend }: { backend: string }) => `Try a prompt on ${backend}`,
  },
  'fetch-model': {
    kind: 'fetch-model',
    payload: z.object({ modelId: z.string() }),
    title: (_payload: unknown, { model }: { model: string }) => `Fetch ${model}`,
  },
  'fetch-dataset': {
    kind: 'fetch-dataset',
    /** `key` is the same for the same parts. */
    payload: hubRequestSchema.extend({ key: z.string() }),
    title: ({ name }: { name: string }, _names: object) => `Fetch ${name}`,
  },
  backup: {
    kind: 'backup',
    payload: z.object({ studyId: z.string() }),
    title: (_payload: unknown, { study }: { study: string }) => `Back up ${study}`,
  },
  'open-backup': {
    kind: 'open-backup',
    payload: z.object({ uploadId: z.string(), fileName: z.string() }),
    title: ({ fileName }: { fileName: string }, _names: object) => `Open the backup ${fileName}`,
  },
  merge: {
    kind: 'merge',
    payload: z.object({ studyId: z.string(), request: mergeRequestSchema }),
    title: ({ request }: { request: { name: string } }, _names: object) =>
      `Merge into ${request.name}`,
  },
  purge: {
    kind: 'purge',
    payload: z.object({}),
    title: (_payload: unknown, _names: object) => 'Tidy up',
  },
  'index-texts': {
    kind: 'index-texts',
    payload: z.object({}),
    title: (_payload: unknown, _names: object) => 'Index texts for search',
  },
  'embed-text': {
    kind: 'embed-text',
    payload: z.object({ runId: z.string(), text: typedTextSchema }),
    title: (_payload: unknown, _names: object) => 'Embed a text to compare rows with',
  },
  export: {
    kind: 'export',
    payload: z.object({ studyId: z.string(), request: exportRequestSchema }),
    title: ({ request }: { request: { name: string } }, _names: object) => `Export ${request.name}`,
  },
  'count-tokens': {
    kind: 'count-tokens',
    payload: z.object({ studyId: z.string(), request: exportRequestSchema }),
    title: ({ request }: { request: { name: string } }, _names: object) =>
      `Count tokens of ${request.name}`,
  },
  'lay-out': {
    kind: 'lay-out',
    payload: z.object({ mapId: z.string() }),
    title: (_payload: unknown, { hash }: { hash: string }) => `Lay out map ${hash}`,
  },
} as const satisfies Record<keyof typeof KIND_LABEL, object>

/** The name of a kind of job. */
export type JobName = keyof typeof JOBS

/** What a job of this kind is queued with. */
export type JobPayload<K extends JobName> = z.infer<(typeof JOBS)[K]['payload']>

/** The names that the title of a job of this kind needs. */
export type JobNames<K extends JobName> = Parameters<(typeof JOBS)[K]['title']>[1]

/** Returns the title under which a job of this kind is listed. */
export function jobTitle<K extends JobName>(
  kind: K,
  payload: JobPayload<K>,
  names: JobNames<K>,
): string {
  const title = JOBS[kind].title as (payload: JobPayload<K>, names: JobNames<K>) => string
  return title(payload, names)
}

/** Returns the description of a kind with the type of its own payload. */
export function kindOf<K extends JobName>(kind: K): PayloadOf<JobPayload<K>> {
  return JOBS[kind] as unknown as PayloadOf<JobPayload<K>>
}

/** Returns a job's payload as its kind describes it; `invalid_input` names each field that does not fit. */
export function parsePayload<P>({ kind, payload }: PayloadOf<P>, given: unknown): P {
  const parsed = payload.safeParse(given)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues
    .map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`)
    .join('; ')
  throw new AppError(
    'invalid_input',
    `The parameters of this "${kind}" job do not fit (${fields}). If another version of Evolens queued it, cancel it and start it again from its page.`,
  )
}
