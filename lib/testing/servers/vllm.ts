import { modelStub, type StubReply, type StubRequest } from './openai'
import type { BigramModel } from './bigram'
import type { Answer } from '../recordings/exchange'

const CONTEXT = 512

/** What a made-up vLLM server does differently. */
export interface VllmOptions {
  /** Takes `prompt_logprobs` and gives none. */
  ignores?: boolean
  /** Refuses `prompt_logprobs` by name, as a gateway does. */
  refuses?: boolean
  /** Ignores `echo` as well. */
  ignoresEcho?: boolean
  /** Keeps the last few tokens of a prompt only. */
  truncates?: number
  /** Serves a model without a chat template. */
  noTemplate?: boolean
  /** Its tokenizer adds the BOS and so does its template post-processor. */
  doubleBos?: boolean
  /** Has no tokenizer routes. */
  noTokenizer?: boolean
}

function error(message: string, param: string | null, status = 400): StubReply {
  return { status, body: { error: { message, type: 'BadRequestError', param, code: status } } }
}

function promptsOf(prompt: unknown, model: BigramModel, addSpecial: boolean): number[][] {
  if (typeof prompt === 'string') return [model.encode(prompt, addSpecial)]
  const list = prompt as number[] | number[][]
  return typeof list[0] === 'number' ? [list as number[]] : (list as number[][])
}

function echoed(model: BigramModel, ids: number[], asIds: boolean) {
  const [next] = model.continue(ids, 1)
  const all = [...ids, next?.id as number]
  const name = (id: number) => (asIds ? `token_id:${id}` : model.text(id))
  return { tokens: all.map(name), token_logprobs: [...model.scores(ids), next?.logprob] }
}

function completions(
  body: Record<string, unknown>,
  model: BigramModel,
  options: VllmOptions,
): StubReply {
  const scores = body.prompt_logprobs !== undefined && body.prompt_logprobs !== null
  if (scores && options.refuses) {
    return error('Unsupported parameter: prompt_logprobs', 'prompt_logprobs')
  }
  const prompts = promptsOf(body.prompt, model, body.add_special_tokens !== false)
  const long = prompts.find((ids) => ids.length > CONTEXT)
  if (long) {
    return error(
      `This model's maximum context length is ${CONTEXT} tokens. However, your prompt contains ${long.length} input tokens. (parameter=input_tokens)`,
      'input_tokens',
    )
  }
  if (prompts.some((ids) => ids.length === CONTEXT)) {
    return error(
      'max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)',
      'max_tokens',
    )
  }
  const choices = prompts.map((whole, index) => {
    const ids = options.truncates === undefined ? whole : whole.slice(-options.truncates)
    const generated = model.continue(ids, Math.max(1, Number(body.max_tokens)))
    const own = {
      tokens: generated.map(({ text }) => text),
      token_logprobs: generated.map(({ logprob }) => logprob),
    }
    const echo = body.echo === true && !options.ignoresEcho
    return {
      index,
      text: generated.map(({ text }) => text).join(''),
      logprobs:
        body.logprobs === undefined
          ? null
          : echo
            ? echoed(model, ids, body.return_tokens_as_token_ids === true)
            : own,
      finish_reason: 'length',
      token_ids: body.return_token_ids ? generated.map(({ id }) => id) : null,
      prompt_token_ids: body.return_token_ids ? ids : null,
      prompt_logprobs:
        scores && !options.ignores
          ? model.scores(ids).map((logprob, i) =>
              logprob === null
                ? null
                : {
                    [String(ids[i])]: {
                      logprob,
                      rank: 1,
                      decoded_token: model.text(ids[i] as number),
                    },
                  },
            )
          : null,
    }
  })
  const tokens = prompts.reduce((sum, ids) => sum + ids.length, 0)
  // The order of the list means nothing; only `index` does.
  return { body: { model: 'NAME', choices: choices.reverse(), usage: { prompt_tokens: tokens } } }
}

function templated(body: Record<string, unknown>, model: BigramModel): number[] {
  const messages = body.messages as { role: string; content: string }[]
  const text = messages.map(({ role, content }) => `${role}: ${content}\n`).join('')
  return model.encode(text + (body.add_generation_prompt ? 'assistant: ' : ''), model.bos)
}

/** Returns a server in the shape of vLLM's replies. */
export function vllmServer(model: BigramModel, options: VllmOptions = {}): Answer {
  return (request: StubRequest) => {
    const { path, body } = request
    if (path === '/version') return { body: { version: '0.32.0' } }
    if (path === '/v1/models') {
      const entry = { id: 'NAME', object: 'model', owned_by: 'vllm', max_model_len: CONTEXT }
      return { body: { object: 'list', data: [entry] } }
    }
    if (path === '/v1/completions') return completions(body, model, options)
    if (path === '/v1/chat/completions') return modelStub(request)
    if (path === '/tokenize' && Array.isArray(body.messages)) {
      if (options.noTemplate) return error('The model has no chat template.', null)
      return { body: { tokens: templated(body, model), max_model_len: CONTEXT } }
    }
    if (path === '/tokenize' && !options.noTokenizer) {
      const special = body.add_special_tokens !== false
      const ids = model.encode(String(body.prompt), special)
      const tokens = special && options.doubleBos ? [ids[0] as number, ...ids] : ids
      return { body: { tokens, count: tokens.length, max_model_len: CONTEXT } }
    }
    if (path === '/detokenize' && !options.noTokenizer) {
      return { body: { prompt: (body.tokens as number[]).map((id) => model.text(id)).join('') } }
    }
    return { status: 404, body: { detail: 'Not Found' } }
  }
}
