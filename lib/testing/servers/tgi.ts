import { modelStub, type StubReply } from './openai'
import type { BigramModel } from './bigram'
import type { Answer } from '../recordings/exchange'

const LONGEST = 511

/** What a made-up TGI server does differently. */
export interface TgiOptions {
  /** Was started without --enable-prefill-logprobs. */
  noPrefill?: boolean
  /** Lists the BOS in /tokenize as well. */
  listsBos?: boolean
}

function generate(
  body: Record<string, unknown>,
  model: BigramModel,
  options: TgiOptions,
): StubReply {
  const parameters = body.parameters as Record<string, unknown>
  const ids = model.encode(String(body.inputs), true)
  if (ids.length > LONGEST) {
    const error = `inputs tokens + max_new_tokens must be <= ${LONGEST + 1}`
    return { status: 422, body: { error, error_type: 'validation' } }
  }
  const generated = model.continue(ids, Number(parameters.max_new_tokens))
  const wanted = parameters.decoder_input_details === true && !options.noPrefill
  return {
    body: {
      generated_text: generated.map(({ text }) => text).join(''),
      details: {
        finish_reason: 'length',
        generated_tokens: generated.length,
        prefill: wanted
          ? model
              .scores(ids)
              .map((logprob, i) => ({ id: ids[i], text: model.text(ids[i] as number), logprob }))
          : [],
        tokens: generated.map((token) => ({ ...token, special: false })),
      },
    },
  }
}

function tokens(text: string, model: BigramModel, options: TgiOptions) {
  let at = 0
  const entries = model.encode(text, false).map((id) => {
    const piece = model.text(id)
    at += piece.length
    return { id, text: piece, start: at - piece.length, stop: at }
  })
  const [bos] = model.bos && options.listsBos ? model.encode('', true) : []
  return bos === undefined ? entries : [{ id: bos, text: '', start: 0, stop: 0 }, ...entries]
}

/** Returns a server in the shape of TGI's replies. */
export function tgiServer(model: BigramModel, options: TgiOptions = {}): Answer {
  return (request) => {
    const { path, body } = request
    if (path === '/info') {
      const limits = { max_input_tokens: LONGEST, max_total_tokens: LONGEST + 1 }
      const router = 'text-generation-router'
      return { body: { model_id: 'NAME', model_sha: 'abc', version: '3.0.0', router, ...limits } }
    }
    if (path === '/generate') return generate(body, model, options)
    if (path === '/tokenize') return { body: tokens(String(body.inputs), model, options) }
    if (path === '/v1/chat/completions') {
      const format = body.response_format as { value?: unknown } | undefined
      const schema = format ? { json_schema: { schema: format.value } } : undefined
      return modelStub({ ...request, body: { ...body, response_format: schema } })
    }
    return { status: 404, body: { error: 'Not Found', error_type: 'validation' } }
  }
}
