import { z } from 'zod'
import { requestError } from '@/lib/backends/session/request-error'
import type { RewardPair } from '@/lib/backends/types'
import { parseReply } from '../openai/wire'
import type { ROUTES } from './config'

/** A way to ask for a reward. */
export type RouteId = Exclude<(typeof ROUTES)[number], 'auto'>

/** How a pair is sent and a reward read. */
export interface RewardRoute {
  path: string
  body(pair: RewardPair, model: string, template: string): Record<string, unknown>
  read(json: unknown): number
  /** Whether it cannot do without a template of the conversation. */
  needsTemplate?: boolean
}

function wrong(message: string): never {
  throw requestError({ kind: 'data_error', reason: 'reward', httpStatus: 200 }, message)
}

const MARKS = /<[|｜][^<>|｜]{1,40}[|｜]>/g

/** Returns the conversation as text; a text that holds a mark of the template would end its own turn, so it is refused. */
function rendered(pair: RewardPair, template: string): string {
  const marks = template.match(MARKS) ?? []
  const found = marks.find((mark) => pair.request.includes(mark) || pair.reply.includes(mark))
  if (found !== undefined) {
    throw requestError(
      { kind: 'row', reason: 'control_token', httpStatus: null },
      `The text holds ${found}, which ends a turn of the conversation.`,
    )
  }
  // In one pass: braces inside a text stay as they are.
  return template.replaceAll(/\{(request|reply)\}/g, (_, name: keyof RewardPair) => pair[name])
}

function messages({ request, reply }: RewardPair) {
  return [
    { role: 'user', content: request },
    { role: 'assistant', content: reply },
  ]
}

/** vLLM takes messages, which its own template renders without an open turn, or text. */
const vllmInput = (pair: RewardPair, template: string) =>
  template === ''
    ? { messages: messages(pair), add_generation_prompt: false }
    : { input: rendered(pair, template) }

const single = z.array(z.number()).length(1)
const pooled = z.object({
  data: z
    .array(
      z.object({
        data: z.union([z.number(), z.array(z.union([z.number(), z.array(z.number())]))]),
      }),
    )
    .length(1),
})
const classified = z.object({ data: z.array(z.object({ probs: z.array(z.number()) })).length(1) })
const ofSglang = z.array(z.object({ embedding: z.array(z.number()) })).length(1)
const reranked = z.object({
  results: z.array(z.object({ index: z.literal(0), relevance_score: z.number() })).length(1),
})

/** Returns the one number of a list; several are classes or a vector, of which none is the reward. */
function only(values: readonly number[]): number {
  const parsed = single.safeParse(values)
  if (!parsed.success) {
    wrong(`The server gives ${values.length} numbers for a text: its model is no reward model.`)
  }
  return parsed.data[0] as number
}

/** Each way to ask for a reward. */
export const REWARD_ROUTES: Record<RouteId, RewardRoute> = {
  pooling: {
    path: '/pooling',
    body: (pair, model, template) => ({ model, ...vllmInput(pair, template) }),
    read(json) {
      const [found] = parseReply(pooled, json).data
      const data = found?.data ?? []
      if (typeof data === 'number') return data
      const last = data.at(-1)
      // A model that gives a number at each token gives that of the whole at the last one.
      if (Array.isArray(last)) return only(last)
      return only(data as number[])
    },
  },
  classify: {
    path: '/classify',
    // Without it the server squeezes the number into a probability.
    body: (pair, model, template) => ({
      model,
      ...vllmInput(pair, template),
      use_activation: false,
    }),
    read: (json) => only(parseReply(classified, json).data[0]?.probs ?? []),
  },
  sglang: {
    path: '/classify',
    needsTemplate: true,
    body: (pair, model, template) => ({ model, text: [rendered(pair, template)] }),
    read: (json) => only(parseReply(ofSglang, json)[0]?.embedding ?? []),
  },
  rerank: {
    path: '/v1/rerank',
    body: ({ request, reply }, model) => ({ model, query: request, documents: [reply], top_n: 1 }),
    read: (json) => parseReply(reranked, json).results[0]?.relevance_score ?? wrong('No result.'),
  },
}
