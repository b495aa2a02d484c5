import { modelStub, type StubReply } from './openai'
import type { BigramModel } from './bigram'
import type { Answer } from '../recordings/exchange'

const CONTEXT = 512

/** What a made-up SGLang server does differently. */
export interface SglangOptions {
  /** Takes the request for prompt scores and gives none. */
  ignores?: boolean
  /** Refuses to generate nothing. */
  wantsOne?: boolean
}

function generate(
  body: Record<string, unknown>,
  model: BigramModel,
  options: SglangOptions,
): StubReply {
  const sampling = body.sampling_params as { max_new_tokens: number }
  const newTokens = Number(sampling.max_new_tokens)
  if (newTokens === 0 && options.wantsOne) {
    return { status: 400, body: { error: { message: 'max_new_tokens must be at least 1' } } }
  }
  const given = body.input_ids as number[] | number[][] | undefined
  const isList = Array.isArray(given?.[0])
  const prompts = (isList ? given : [given ?? model.encode(String(body.text), true)]) as number[][]
  if (prompts.some((ids) => ids.length + newTokens > CONTEXT)) {
    const message = 'The input is longer than the model context length.'
    return { status: 400, body: { error: { message } } }
  }
  const start = Number(body.logprob_start_len ?? -1)
  const replies = prompts.map((ids) => {
    const generated = model.continue(ids, newTokens)
    const scores = model.scores(ids).slice(Math.max(0, start))
    const triples = scores.map((logprob, i) => [i === 0 ? null : logprob, ids[start + i], null])
    return {
      text: generated.map(({ text }) => text).join(''),
      meta_info: {
        prompt_tokens: ids.length,
        completion_tokens: newTokens,
        input_token_logprobs: start < 0 || options.ignores ? [] : triples,
        output_token_logprobs: generated.map(({ logprob, id, text }) => [logprob, id, text]),
      },
    }
  })
  return { body: isList ? replies : replies[0] }
}

/** Returns a server in the shape of SGLang's replies. */
export function sglangServer(model: BigramModel, options: SglangOptions = {}): Answer {
  return (request) => {
    const { path, body } = request
    if (path === '/get_model_info') {
      return { body: { model_path: 'org/model', tokenizer_path: 'org/model', is_generation: true } }
    }
    if (path === '/v1/models') {
      return { body: { data: [{ id: 'NAME', owned_by: 'sglang', max_model_len: CONTEXT }] } }
    }
    if (path === '/generate') return generate(body, model, options)
    if (path === '/v1/chat/completions') return modelStub(request)
    if (path === '/tokenize') {
      const tokens = model.encode(String(body.prompt), body.add_special_tokens !== false)
      return { body: { tokens, count: tokens.length, max_model_len: CONTEXT } }
    }
    if (path === '/detokenize') {
      return { body: { text: (body.tokens as number[]).map((id) => model.text(id)).join('') } }
    }
    return { status: 404, body: { detail: 'Not Found' } }
  }
}
