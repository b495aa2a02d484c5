import { z } from 'zod'
import { requestError } from '@/lib/backends/session/request-error'

const tokenSchema = z.object({
  token: z.string(),
  logprob: z.number(),
  id: z.number().int().optional(),
})

/** A chat completion as far as it is read; everything else is dropped. */
export const chatReplySchema = z.object({
  model: z.string().max(500).catch(''),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        logprobs: z
          .object({
            content: z
              .array(tokenSchema.extend({ top_logprobs: z.array(tokenSchema).nullish() }))
              .nullish(),
          })
          .nullish(),
      }),
    )
    .min(1),
  usage: z
    .object({ prompt_tokens: z.number().catch(0), completion_tokens: z.number().catch(0) })
    .nullish(),
})
export type ChatWire = z.infer<typeof chatReplySchema>
export type TokenWire = z.infer<typeof tokenSchema>

/** An embeddings reply; vectors come as numbers or as base64 of little-endian float32. */
export const embedReplySchema = z.object({
  model: z.string().max(500).catch(''),
  data: z.array(
    z.object({
      index: z.number().int().nonnegative(),
      embedding: z.union([z.array(z.number()), z.string()]),
    }),
  ),
  usage: z.object({ prompt_tokens: z.number() }).nullish(),
})

/** A list of models; vLLM adds the context length. */
export const modelsReplySchema = z.object({
  data: z.array(
    z.object({
      id: z.string().max(500),
      owned_by: z.string().max(200).nullish().catch(null),
      max_model_len: z.number().int().positive().nullish().catch(null),
    }),
  ),
})

/** Returns the parsed reply; a reply of another shape is a `data_error`. */
export function parseReply<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw requestError(
    { kind: 'data_error', reason: 'reply_shape', httpStatus: 200 },
    `The reply is not of the expected shape at ${issue?.path.join('.') ?? '?'}.`,
  )
}
