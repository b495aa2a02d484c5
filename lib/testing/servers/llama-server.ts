import { modelStub, type StubReply, type StubRequest } from './openai'
import type { BigramModel } from './bigram'
import type { Answer } from '../recordings/exchange'

/** How a made-up llama-server was started. */
export interface LlamaServerOptions {
  /** With --embeddings it embeds and does not chat. */
  embeddings?: boolean
  /** Marks at both ends of a text, as embedding models have them. */
  marks?: boolean
}

function error(code: number, message: string, type: string): StubReply {
  return { status: code, body: { error: { code, message, type } } }
}

/** The chat route: without alternatives there are no scores at all. */
function chat(request: StubRequest): StubReply {
  const { body } = request
  if (body.logprobs && body.top_logprobs === 0) {
    return modelStub({ ...request, body: { ...body, logprobs: false } })
  }
  return modelStub(request)
}

function tokens(body: Record<string, unknown>, model: BigramModel, marks: boolean): StubReply {
  const special = body.add_special === true
  const ids = model.encode(String(body.content), special)
  return { body: { tokens: marks && special ? [1, ...ids, 2] : ids } }
}

/** Returns a server in the shape of llama-server's replies, with its ways of ignoring what it is asked. */
export function llamaServer(model: BigramModel, options: LlamaServerOptions = {}): Answer {
  const { embeddings = false, marks = false } = options
  return (request: StubRequest) => {
    const { path, body } = request
    switch (path) {
      case '/v1/models': {
        const meta = { n_ctx: 2048, n_ctx_train: 8192, ftype: 'Q4_1' }
        const entry = { id: 'NAME', aliases: ['NAME', 'alias'], owned_by: 'llamacpp', meta }
        return { body: { object: 'list', data: [entry] } }
      }
      case '/props':
        return { body: { build_info: 'b1-test', total_slots: 2, model_ftype: 'Q4_1' } }
      case '/v1/chat/completions':
        return embeddings
          ? error(501, 'This server does not support completions.', 'not_supported_error')
          : chat(request)
      case '/v1/completions': {
        const ids = model.encode(String(body.prompt), true)
        const [next] = model.continue(ids, 1)
        const content = [
          { id: next?.id, token: next?.text, logprob: next?.logprob, top_logprobs: [] },
        ]
        const choice = {
          index: 0,
          text: next?.text,
          logprobs: { content },
          finish_reason: 'length',
        }
        const usage = { prompt_tokens: ids.length, completion_tokens: 1 }
        return { body: { model: 'NAME', choices: [choice], usage } }
      }
      case '/v1/embeddings':
        return embeddings
          ? modelStub(request)
          : error(
              501,
              'This server does not support embeddings. Start it with `--embeddings`',
              'not_supported_error',
            )
      case '/tokenize':
        return tokens(body, model, marks)
      case '/detokenize':
        return { body: { content: (body.tokens as number[]).map((id) => model.text(id)).join('') } }
      default:
        return error(404, 'File Not Found', 'not_found_error')
    }
  }
}
