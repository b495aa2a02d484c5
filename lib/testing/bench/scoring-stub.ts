import http from 'node:http'
import { benchTokenize, benchTokenText } from './scoring-words'

// Runs in a process of its own: a server of the vLLM form that answers at once, so that what is measured is the client.
// Prints its port, and ends when its parent does.

const MODEL = 'stub'
interface Body {
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
    response.writeHead(text === null ? 404 : 200, {
      'content-type': 'application/json',
      'content-length': bytes.length,
    })
    response.end(bytes)
  })
})

process.stdin.on('end', () => process.exit(0)).resume()
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') process.stdout.write(`${address.port}\n`)
})
