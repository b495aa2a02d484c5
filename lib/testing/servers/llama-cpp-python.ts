import { modelStub, type StubReply } from './openai'
import type { BigramModel } from './bigram'
import type { Answer } from '../recordings/exchange'

/** What a made-up llama-cpp-python server does differently. */
export interface LlamaCppPythonOptions {
  /** Was started without all logits. */
  noLogits?: boolean
  /** Takes `echo` and ignores it. */
  ignoresEcho?: boolean
  /** Its tokenizer route lists the BOS. */
  listsBos?: boolean
}

function completions(
  body: Record<string, unknown>,
  model: BigramModel,
  options: LlamaCppPythonOptions,
): StubReply {
  if (options.noLogits) {
    const message = 'logprobs is not supported for models created with logits_all=False'
    return { status: 500, body: { error: { message, type: 'internal_server_error', code: null } } }
  }
  const text = String(body.prompt)
  const ids = model.encode(text, true)
  const generated = model.continue(ids, Number(body.max_tokens))
  const shown = model.bos ? ids.slice(1) : ids
  const scores = model.scores(ids).slice(ids.length - shown.length)
  // The first listed token never has a value, whatever stands before it.
  const echoed = body.echo === true && !options.ignoresEcho
  const tokens = generated.map((piece) => piece.text)
  const values = generated.map((piece) => piece.logprob)
  return {
    body: {
      model: 'NAME',
      choices: [
        {
          index: 0,
          text: (echoed ? text : '') + tokens.join(''),
          logprobs: {
            tokens: echoed ? [...shown.map((id) => model.text(id)), ...tokens] : tokens,
            token_logprobs: echoed ? [null, ...scores.slice(1), ...values] : values,
          },
          finish_reason: 'length',
        },
      ],
      usage: { prompt_tokens: ids.length, completion_tokens: generated.length },
    },
  }
}

/** Returns a server in the shape of llama-cpp-python's replies. */
export function llamaCppPythonServer(
  model: BigramModel,
  options: LlamaCppPythonOptions = {},
): Answer {
  return (request) => {
    const { path, body } = request
    if (path === '/v1/models') return { body: { data: [{ id: 'NAME', owned_by: 'me' }] } }
    if (path === '/v1/completions') return completions(body, model, options)
    if (path === '/extras/tokenize') {
      return { body: { tokens: model.encode(String(body.input), options.listsBos === true) } }
    }
    if (path === '/extras/detokenize') {
      return { body: { text: (body.tokens as number[]).map((id) => model.text(id)).join('') } }
    }
    if (path === '/v1/chat/completions') {
      const format = body.response_format as { schema?: unknown } | undefined
      const schema = format ? { json_schema: { schema: format.schema } } : undefined
      return modelStub({ ...request, body: { ...body, response_format: schema } })
    }
    return { status: 404, body: { detail: 'Not Found' } }
  }
}
