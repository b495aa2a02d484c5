import { z } from 'zod'
import { texts, textsOrNull } from './fields'
import { LIMITS, nameSchema } from './limits'
import { cleanName } from './plain-text'
import { plainObjectSchema } from './plain-object'

/** A scale of a rubric: labels from low to high, or every integer from min to max. */
export const rubricScaleSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('labels'),
    labels: z.array(z.string().trim().min(1).max(40)).min(2).max(20),
  }),
  z.object({
    kind: z.literal('integers'),
    min: z.number().int().min(-1000).max(1000),
    max: z.number().int().min(-1000).max(1000),
  }),
])
export type RubricScale = z.infer<typeof rubricScaleSchema>

const bound = z.number().min(-1e12).max(1e12).nullable().default(null)

/** What a question that makes a column is answered with: one of these choices, a number, tags or a text. */
export const answerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('category'),
    choices: z.array(z.string().trim().min(1).max(40)).min(2).max(100),
  }),
  z.object({ kind: z.literal('number'), min: bound, max: bound }),
  z.object({ kind: z.literal('tags'), most: z.number().int().min(1).max(LIMITS.rowTags) }),
  z.object({ kind: z.literal('text') }),
])
export type Answer = z.infer<typeof answerSchema>

/** What a question of the user's own is answered with. */
export const promptScaleSchema = z.discriminatedUnion('kind', [
  ...rubricScaleSchema.options,
  ...answerSchema.options,
])
export type PromptScale = z.infer<typeof promptScaleSchema>

/** Returns whether answers are ratings on a scale, and not values of a column of their own kind. */
export function isRating(scale: PromptScale): scale is RubricScale {
  return scale.kind === 'labels' || scale.kind === 'integers'
}

/** Longest prompt text that is stored. */
export const PROMPT_CHARACTERS = 20_000
/** Longest name of a rubric, or of another question of the user's own. */
export const RUBRIC_NAME = 60

/** `rubric` and `column` are questions of the user's own: with ratings, or with answers that make a column. */
export const PROMPT_KINDS = ['evolve', 'respond', 'judge', 'rubric', 'column'] as const
export type PromptKind = (typeof PROMPT_KINDS)[number]

/** Returns whether prompts of this kind are questions of the user's own, with a name and what they are answered with. */
export function isOwnQuestion(kind: string): kind is 'rubric' | 'column' {
  return kind === 'rubric' || kind === 'column'
}

/** A run, an evolved cell or a set of responses whose replies came from a prompt. */
const promptUseSchema = z.object({
  kind: z.enum(['run', 'rows', 'responses']),
  ...texts('studyId', 'study'),
  /** Metric of the run; seed set, evolver and round of the rows. */
  label: z.string(),
  ...textsOrNull('model', 'runId'),
  /** Temperature and what else decides how replies are drawn. */
  sampling: z.array(z.object({ name: z.string(), value: z.union([z.number(), z.string()]) })),
  /** Which rows: those with a value in the run's column, or those of the cell. */
  rows: z.object({
    ...textsOrNull('column', 'seedSetKey', 'armKey'),
    round: z.number().nullable(),
  }),
  createdAt: z.number(),
})
export type PromptUse = z.infer<typeof promptUseSchema>

/** One text of a prompt. Texts never change: an edit is a new version. */
export const promptVersionSchema = z.object({
  /** null = the text that comes with the program. */
  id: z.string().nullable(),
  ...texts('version', 'template'),
  /** Questions of the user's own only. */
  scale: promptScaleSchema.nullable(),
  /** SHA-256 of what is sent and, for questions of the user's own, of the scale: the hash on the cards of runs. */
  hash: z.string(),
  /** Hash of the version that was edited. */
  parentHash: z.string().nullable(),
  note: z.string(),
  createdAt: z.number().nullable(),
  /** Parameters that make a metric use this version; null for prompts that no metric sends. */
  params: plainObjectSchema.nullable(),
  /** Runs, evolved cells and responses whose card has this hash, newest first. */
  uses: z.array(promptUseSchema),
})
export type PromptVersion = z.infer<typeof promptVersionSchema>

export const promptInfoSchema = z.object({
  id: z.string(),
  kind: z.enum(PROMPT_KINDS),
  ...texts('name', 'purpose'),
  /** Placeholders that a text must hold. */
  required: z.array(z.string()),
  /** Placeholders that a text may hold. */
  allowed: z.array(z.string()),
  /** What the reply is, in one sentence. */
  contract: z.string(),
  /** Measured metric that sends it; null for prompts of evolution. */
  metric: z.string().nullable(),
  /** Newest first; the text that comes with the program last. */
  versions: z.array(promptVersionSchema),
})
export type PromptInfo = z.infer<typeof promptInfoSchema>

/** A new version of a prompt, or a new question of the user's own (`promptId` null). */
export const promptDraftSchema = z.object({
  promptId: nameSchema.nullable(),
  /** Questions of the user's own only; other prompts keep their name. */
  name: z.string().transform(cleanName).pipe(z.string().max(RUBRIC_NAME)).default(''),
  template: z.string().trim().min(1).max(PROMPT_CHARACTERS),
  scale: promptScaleSchema.nullable().default(null),
  parentHash: nameSchema.nullable().default(null),
  note: z.string().trim().max(200).default(''),
})
export type PromptDraft = z.infer<typeof promptDraftSchema>

/** A row with what placeholders may hold. */
export const promptRowSchema = z.object({
  ...texts('cellId', 'instruction'),
  idx: z.number(),
  /** Where the row is: "Code, small, round 2, row 14". */
  place: z.string(),
  ...textsOrNull('input', 'response', 'parent'),
})
export type PromptRow = z.infer<typeof promptRowSchema>

/** A draft to be tried on a backend with a few rows; nothing of it is stored with the rows. */
export const promptTrialSchema = z.object({
  studyId: nameSchema,
  backendId: nameSchema,
  promptId: nameSchema.nullable(),
  name: z.string().transform(cleanName).pipe(z.string().max(RUBRIC_NAME)).default(''),
  template: z.string().trim().min(1).max(PROMPT_CHARACTERS),
  scale: promptScaleSchema.nullable().default(null),
  rows: z
    .array(z.object({ cellId: z.string(), idx: z.number().int().min(0) }))
    .min(1)
    .max(10),
  /** Longest reply, in tokens. */
  maxTokens: z.number().int().min(4).max(2048).default(256),
})
export type PromptTrial = z.infer<typeof promptTrialSchema>

/** What came back for one row of a trial; the result of its job is `{replies: TrialReply[]}`. */
export const trialReplySchema = z.object({
  cellId: z.string(),
  idx: z.number(),
  /** Text of the reply; null when nothing was asked or the request failed. */
  reply: z.string().nullable(),
  status: z.string(),
  /** The value as read, in words: "4, hard"; null without one. */
  value: z.string().nullable(),
  /** The rule that read it, or the error message. */
  note: z.string().nullable(),
})
export type TrialReply = z.infer<typeof trialReplySchema>
