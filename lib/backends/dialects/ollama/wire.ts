import { z } from 'zod'

const count = z.number().int().nonnegative().catch(0)
const name = z.string().max(500)

const tokenSchema = z.object({ token: z.string(), logprob: z.number() })

/** A chat reply as far as it is read. Scores came with 0.12.11; older servers leave them out. */
export const chatReplySchema = z.object({
  model: name.catch(''),
  message: z.object({ content: z.string().catch('') }),
  done: z.literal(true),
  done_reason: z.string().nullish().catch(null),
  prompt_eval_count: count,
  eval_count: count,
  logprobs: z.array(tokenSchema.extend({ top_logprobs: z.array(tokenSchema).nullish() })).nullish(),
})

/** An embedding reply: one vector a text, in their order. */
export const embedReplySchema = z.object({
  embeddings: z.array(z.array(z.number())),
})

export const versionSchema = z.object({ version: z.string().max(100) })

/** The models on disk; the digest names their content. */
export const tagsSchema = z.object({
  models: z.array(
    z.object({
      name,
      digest: name.nullish().catch(null),
      details: z
        .object({ quantization_level: name.nullish().catch(null) })
        .nullish()
        .catch(null),
    }),
  ),
})

/** What POST /api/show tells of a model; older servers know no capabilities. */
export const showSchema = z.object({
  capabilities: z.array(name).catch([]),
  // Keys begin with the architecture, for example "llama.context_length".
  model_info: z.record(z.string(), z.unknown()).catch({}),
})
