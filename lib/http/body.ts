import { parseOutsideJson } from '@/lib/contracts/parse-json'
import { AppError } from '@/lib/errors'

// JSON bodies are requests, not data: files go through streaming routes without a body schema.
const MAX_BODY_BYTES = 4 * 1024 * 1024

/** Returns the body of a request as text; throws `invalid_input` as soon as it is longer than `maxBytes`. */
export async function bodyText(request: Request, maxBytes: number): Promise<string> {
  if (request.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBytes) {
      throw new AppError('invalid_input', `The body is longer than ${maxBytes} bytes.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Returns the JSON of a request's body, `{}` without one; throws `invalid_input` with what is wrong. */
export async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? ''
  if (request.body === null) return {}
  if (type && !/^application\/json\b/i.test(type)) {
    throw new AppError('invalid_input', 'Send the body as application/json.')
  }
  const text = await bodyText(request, MAX_BODY_BYTES)
  if (text.trim() === '') return {}
  const parsed = parseOutsideJson(text)
  if ('value' in parsed) return parsed.value
  throw new AppError(
    'invalid_input',
    parsed.problem === 'key'
      ? 'The body has a key "__proto__", which no object here may have.'
      : 'The body is not valid JSON.',
  )
}
