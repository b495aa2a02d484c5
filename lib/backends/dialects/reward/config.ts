import { z } from 'zod'
import { serverFields } from '@/lib/backends/scoring/config'

/** Ways to ask for a reward: `auto` tries those that fit the server, in this order. */
export const ROUTES = ['auto', 'pooling', 'classify', 'sglang', 'rerank'] as const

const REPLY = '{reply}'
const REQUEST = '{request}'

/** Settings of a reward server. */
export const rewardConfigSchema = z.object({
  ...serverFields('http://127.0.0.1:8000'),
  route: z
    .enum(ROUTES)
    .default('auto')
    .describe(
      'How rewards are asked for: pooling and classify of vLLM, sglang (its own classify), rerank of llama-server; auto finds out.',
    ),
  template: z
    .string()
    .max(4_000)
    .default('')
    .refine(
      (text) => text === '' || (text.includes(REQUEST) && text.includes(REPLY)),
      'A template holds {request} and {reply}.',
    )
    .describe(
      "Conversation as the model was trained on it, with {request} and {reply}; empty lets the server's own chat template do it. SGLang needs one, and models that read their reward at a last special token need it in the template.",
    ),
})
export type RewardConfig = z.infer<typeof rewardConfigSchema>
