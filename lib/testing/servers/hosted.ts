import { modelStub, type StubReply, type StubRequest } from './openai'
import type { BigramModel, Piece } from './bigram'
import type { Answer } from '../recordings/exchange'

const CONTEXT = 512

/** What a made-up hosted service does differently. */
export interface HostedOptions {
  /** Takes `echo` and ignores it. */
  ignoresEcho?: boolean
  /** Where the BOS is in an echo: listed, left out, or left out together with the first value. */
  listing?: 'listed' | 'unlisted' | 'hidden'
  /** Puts a BOS in front of ids as well. */
  addsBos?: boolean
}

function listsOf(ids: number[], values: (number | null)[], generated: Piece[], model: BigramModel) {
  return {
    tokens: [...ids.map((id) => model.text(id)), ...generated.map(({ text }) => text)],
    token_logprobs: [...values, ...generated.map(({ logprob }) => logprob)],
    token_ids: [...ids, ...generated.map(({ id }) => id)],
  }
}

function tooLong(): StubReply {
  const message = `The prompt exceeds the maximum context length of ${CONTEXT} tokens.`
  return { status: 400, body: { error: { message, type: 'invalid_request_error', code: null } } }
}

function models(): StubReply {
  return { body: { data: [{ id: 'NAME', context_length: CONTEXT }] } }
}

/** Chat with the scores in the older parallel lists, as hosted services give them. */
function chat(request: StubRequest): StubReply {
  const { body } = request
  const count = body.top_logprobs ?? body.logprobs
  const reply = modelStub({ ...request, body: { ...body, top_logprobs: count } })
  const { choices } = reply.body as { choices: Record<string, unknown>[] }
  for (const choice of choices) {
    const { content } = (choice.logprobs ?? {}) as {
      content?: {
        token: string
        logprob: number
        top_logprobs: { token: string; logprob: number }[]
      }[]
    }
    if (!content) continue
    choice.logprobs = {
      tokens: content.map(({ token }) => token),
      token_logprobs: content.map(({ logprob }) => logprob),
      top_logprobs: content.map(({ top_logprobs: top }) =>
        Object.fromEntries(top.map(({ token, logprob }) => [token, logprob])),
      ),
    }
  }
  return reply
}

/** Returns a service in the shape of Together's replies: text only, the echoed prompt at the top. */
export function togetherServer(model: BigramModel, options: HostedOptions = {}): Answer {
  const listing = options.listing ?? 'listed'
  return (request) => {
    const { path, body } = request
    // Together answers with a plain list.
    if (path === '/v1/models') return { body: (models().body as { data: unknown }).data }
    if (path === '/v1/chat/completions') return chat(request)
    if (path !== '/v1/completions')
      return { status: 404, body: { error: { message: 'Not found' } } }
    const text = String(body.prompt)
    const ids = model.encode(text, true)
    if (ids.length >= CONTEXT) return tooLong()
    const values = model.scores(ids)
    const from = model.bos && listing !== 'listed' ? 1 : 0
    const shown = values.slice(from)
    if (listing === 'hidden') shown[0] = null
    const generated = model.continue(ids, Number(body.max_tokens))
    const lists = listsOf(ids.slice(from), shown, [], model)
    const { token_ids: _, ...withoutIds } = lists
    return {
      body: {
        model: 'NAME',
        prompt: body.echo && !options.ignoresEcho ? [{ text, logprobs: withoutIds }] : [],
        choices: [
          {
            text: generated.map((piece) => piece.text).join(''),
            logprobs: listsOf([], [], generated, model),
          },
        ],
        usage: { prompt_tokens: ids.length, completion_tokens: generated.length },
      },
    }
  }
}

/** Returns a service in the shape of Fireworks' replies: ids in and out. */
export function fireworksServer(model: BigramModel, options: HostedOptions = {}): Answer {
  return (request) => {
    const { path, body } = request
    if (path === '/v1/models') return models()
    if (path === '/v1/chat/completions') return chat(request)
    if (path !== '/v1/completions')
      return { status: 404, body: { error: { message: 'Not found' } } }
    const given = body.prompt as string | number[] | number[][]
    const lists =
      typeof given === 'string'
        ? [model.encode(given, true)]
        : typeof given[0] === 'number'
          ? [given as number[]]
          : (given as number[][])
    const prompts = options.addsBos ? lists.map((ids) => [1, ...ids]) : lists
    if (prompts.some((ids) => ids.length >= CONTEXT)) return tooLong()
    const choices = prompts.map((ids, index) => {
      const generated = model.continue(ids, Number(body.max_tokens))
      const echo = body.echo === true && !options.ignoresEcho
      return {
        index,
        text: generated.map(({ text }) => text).join(''),
        logprobs: echo
          ? listsOf(ids, model.scores(ids), generated, model)
          : listsOf([], [], generated, model),
      }
    })
    const tokens = prompts.reduce((sum, ids) => sum + ids.length, 0)
    return { body: { model: 'NAME', choices: choices.reverse(), usage: { prompt_tokens: tokens } } }
  }
}
