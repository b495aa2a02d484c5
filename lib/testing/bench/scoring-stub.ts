import http from 'node:http'
import process from 'node:process'
import { benchText, benchTokenize, benchTokenText } from './scoring-words'

// Runs in a process of its own: a server of the vLLM form that answers at once, so that what is measured is the client;
// chat replies come after as many milliseconds as its first argument says. Prints its port, and ends when its parent does.

const MODEL = 'stub'
// A reply that an evolver writes, as the studies have them.
const REPLY_TOKENS = 256
const chatDelayMs = Number(process.argv[2] ?? 0)

interface Body {
  messages?: { content: string }[]
  max_tokens?: number
  prompt?: number[][] | number[] | string
  tokens?: number[]
}

// About 80 bytes a token, as vLLM sends them.
function entry(id: number, position: number): string {
  const logprob = -(((id * 7 + position * 13) % 500) / 100 + 0.03).toFixed(14)
  const text = JSON.stringify(benchTokenText(id))
  return `{"${id}":{"logprob":${logprob},"rank":${(id % 40) + 1},"decoded_token":${text}}}`
}

function completions({ prompt = '' }: Body): string {
  const lists =
    typeof prompt === 'string'
      ? [benchTokenize(prompt)]
      : Array.isArray(prompt[0])
        ? (prompt as number[][])
        : [prompt as number[]]
  let total = 0
  const choices = lists.map((ids, index) => {
    total += ids.length
    const scores = ids.map((id, at) => (at === 0 ? 'null' : entry(id, at))).join(',')
    return `{"index":${index},"text":" a","logprobs":null,"finish_reason":"length","stop_reason":null,"prompt_logprobs":[${scores}]}`
  })
  const usage = `{"prompt_tokens":${total},"total_tokens":${total + lists.length},"completion_tokens":${lists.length}}`
  return `{"id":"cmpl-1","object":"text_completion","created":1,"model":"${MODEL}","choices":[${choices.join(',')}],"usage":${usage}}`
}

/** A text that no other question gets, of so many tokens as an evolver's reply has. */
function chat({ messages = [], max_tokens: most = REPLY_TOKENS }: Body): string {
  const asked = messages.at(-1)?.content ?? ''
  let key = 0
  for (let at = 0; at < asked.length; at += 1) key = (key * 31 + asked.charCodeAt(at)) % 25_000_000
  const tokens = Math.min(REPLY_TOKENS, most)
  const content = JSON.stringify(benchText(key, tokens))
  const usage = `{"prompt_tokens":${asked.length >> 2},"total_tokens":${(asked.length >> 2) + tokens},"completion_tokens":${tokens}}`
  return `{"id":"chat-1","object":"chat.completion","created":1,"model":"${MODEL}","choices":[{"index":0,"message":{"role":"assistant","content":${content}},"logprobs":null,"finish_reason":"stop"}],"usage":${usage}}`
}

function answer(path: string, body: string): string | null {
  const parsed = (body === '' ? {} : JSON.parse(body)) as Body
  switch (path) {
    case '/version':
      return '{"version":"0.0.0-stub"}'
    case '/v1/models':
      return `{"object":"list","data":[{"id":"${MODEL}","object":"model","owned_by":"vllm","root":"${MODEL}","max_model_len":4096}]}`
    case '/tokenize': {
      const ids = benchTokenize(String(parsed.prompt))
      return `{"count":${ids.length},"max_model_len":4096,"tokens":[${ids.join(',')}]}`
    }
    case '/detokenize': {
      const { tokens = [] } = parsed
      return JSON.stringify({ prompt: tokens.map(benchTokenText).join('') })
    }
    case '/v1/chat/completions':
      return chat(parsed)
    case '/v1/completions':
      return completions(parsed)
    default:
      return null
  }
}

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const path = new URL(request.url ?? '/', 'http://stub').pathname
    const text = answer(path, Buffer.concat(chunks).toString('utf8'))
    const bytes = Buffer.from(text ?? '{"error":{"message":"Not Found","code":404}}')
    const send = () => {
      response.writeHead(text === null ? 404 : 200, {
        'content-type': 'application/json',
        'content-length': bytes.length,
      })
      response.end(bytes)
    }
    if (chatDelayMs > 0 && path === '/v1/chat/completions') setTimeout(send, chatDelayMs)
    else send()
  })
})

process.stdin.on('end', () => process.exit(0)).resume()
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') process.stdout.write(`${address.port}\n`)
})
