import { z } from 'zod'

/** Tokens of one pass with their losses. */
const tokenPassSchema = z.object({
  ids: z.array(z.number()),
  /** Text of each token; null when the backend told none. */
  texts: z.array(z.string()).nullable(),
  /** Loss of each token in nats, null where it has none; null as a whole when the cache no longer holds them. */
  losses: z.array(z.number().nullable()).nullable(),
})
export type TokenPass = z.infer<typeof tokenPassSchema>

/** The tokens that a loss run scored in one row. */
export const tokenStripSchema = z.object({
  /** The joint text: whatever stands in front, the instruction, the response. */
  joint: tokenPassSchema,
  /** [from, to) of the instruction in the joint text; empty when it has no place of its own there. */
  x: z.tuple([z.number(), z.number()]),
  /** Tokens of the joining newline at the end of x. */
  newline: z.number(),
  /** First token of the response in the joint text. */
  yFrom: z.number(),
  /** The response's tokens alone; null when there is no response. */
  alone: tokenPassSchema.nullable(),
  /** Whether the response has the same tokens in both passes, so that losses can be subtracted. */
  sameTokens: z.boolean(),
})
export type TokenStrip = z.infer<typeof tokenStripSchema>
