import { modelStub, type StubReply, type StubRequest } from './openai'
import type { BigramModel } from './bigram'
import type { Answer } from '../recordings/exchange'

/** How a made-up LMDeploy server was started, or misbehaves. */
export interface LmdeployOptions {
  /** Writes pieces as SentencePiece does instead of byte by byte. */
  sentencePiece?: boolean
  /** Its engine was started without log-probabilities. */
  logprobsOff?: boolean
  /** Sends logits in their place. */
  logits?: boolean
  /** Takes the thinking out of the reply's text, and leaves its tokens. */
  hidesThoughts?: boolean
}

interface Entry {
  token: string
  logprob: number
  top_logprobs?: Entry[]
}

function refuse(status: number, message: string): StubReply {
  const type = status === 404 ? 'not_found_error' : 'invalid_request_error'
  return { status, body: { message, type, code: status, param: null, object: 'error' } }
}

function chat(request: StubRequest, options: LmdeployOptions): StubReply {
  const { body } = request
  if (body.logprobs && options.logprobsOff) {
    const asked = `Logprobs(True)/top_logprobs(${String(body.top_logprobs)})`
    return refuse(400, `${asked} requested but not enabled logprobs_mode in engine configuration`)
  }
  const reply = modelStub(request)
  const { choices } = reply.body as {
    choices: { message: { content: string }; logprobs: { content: Entry[] } | null }[]
  }
  const piece = (token: string) =>
    token.replaceAll(' ', options.sentencePiece ? '\u2581' : '\u0120')
  const spelt = ({ token, logprob, top_logprobs: top }: Entry): Entry => ({
    token: piece(token),
    logprob: options.logits ? 20 + logprob : logprob,
    ...(top ? { top_logprobs: top.map(spelt) } : {}),
  })
  for (const choice of choices) {
    if (choice.logprobs) choice.logprobs = { content: choice.logprobs.content.map(spelt) }
    if (options.hidesThoughts) choice.message.content = 'What was thought before is not here.'
  }
  return reply
}

/** Returns a server in the shape of LMDeploy's replies. */
export function lmdeployServer(model: BigramModel, options: LmdeployOptions = {}): Answer {
  return (request) => {
    const { path, body } = request
    switch (path) {
      case '/v1/models':
        return {
          body: { object: 'list', data: [{ id: 'NAME', owned_by: 'lmdeploy', root: 'NAME' }] },
        }
      case '/v1/chat/completions':
        return chat(request, options)
      case '/v1/encode': {
        const ids = model.encode(String(body.input), body.add_bos !== false)
        return { body: { input_ids: ids, length: ids.length } }
      }
      case '/v1/embeddings':
        return refuse(400, 'Unsupported by turbomind.')
      default:
        return { status: 404, body: { detail: 'Not Found' } }
    }
  }
}
