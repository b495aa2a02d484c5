import { z } from 'zod'

/** Settings of the fake backend; only `seed` and `bos` change what it answers. */
export const fakeConfigSchema = z.object({
  seed: z.number().int().default(1).describe('Another seed is another model.'),
  bos: z
    .boolean()
    .default(false)
    .describe('Whether the tokenizer puts a token in front of a text.'),
  latencyMs: z
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(0)
    .describe('Wait before each reply, in milliseconds.'),
  failEvery: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Every so many calls one fails as if the server were away; 0 = never.'),
  failMarker: z
    .string()
    .max(100)
    .default('')
    .describe('Texts that contain this are refused; empty = none.'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Most requests in flight at once.'),
})

export type FakeConfig = z.infer<typeof fakeConfigSchema>
