import { z } from 'zod'

const count = z.number().int().positive().nullish().catch(null)
const name = z.string().max(500)

/** What GET /info tells. `model_type` has one key: what the model is for. */
export const infoSchema = z.object({
  model_id: name,
  model_sha: name.nullish().catch(null),
  model_dtype: name.nullish().catch(null),
  model_type: z.object({
    embedding: z.object({ pooling: name.catch('unknown') }).nullish(),
  }),
  max_concurrent_requests: count,
  max_input_length: count,
  max_client_batch_size: count,
  version: name.nullish().catch(null),
})
export type TeiInfo = z.infer<typeof infoSchema>

/** Vectors in the order of the texts. */
export const embedReplySchema = z.array(z.array(z.number()))

/** One list of tokens a text. */
export const tokenizeReplySchema = z.array(
  z.array(z.object({ id: z.number().int().nonnegative() })),
)

/** One text a list of ids. */
export const decodeReplySchema = z.array(z.string())
