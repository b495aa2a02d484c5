// What is shown of a server's own words.
const MESSAGE_CHARACTERS = 300

/** The parts of an error reply that decide what to do; empty where absent. */
export interface ErrorFields {
  /** The server's words, cleaned and at most 300 characters. */
  message: string
  type: string
  code: string
  param: string
}

/** Returns text that can stand in logs and tables: no control or direction characters, no runs of blanks, at most 300 characters. */
export function cleanMessage(text: string): string {
  const flat = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const characters = [...flat]
  if (characters.length <= MESSAGE_CHARACTERS) return flat
  return `${characters.slice(0, MESSAGE_CHARACTERS - 1).join('')}…`
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 200) : ''
}

/** Returns a field of JSON that was cut, as far as it can be read. */
function fieldOf(json: string, name: string): string {
  const match = new RegExp(`"${name}"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)`).exec(json)
  if (!match) return ''
  try {
    return JSON.parse(`"${match[1] ?? ''}"`) as string
  } catch {
    return match[1] ?? ''
  }
}

function unparsed(body: string): ErrorFields {
  const none = { type: '', code: '', param: '' }
  const start = body.trimStart()
  if (start.startsWith('<')) return { ...none, message: 'an HTML page instead of JSON' }
  if (!start.startsWith('{')) return { ...none, message: cleanMessage(body) }
  const message = fieldOf(body, 'message') || fieldOf(body, 'error') || fieldOf(body, 'msg') || body
  return {
    message: cleanMessage(message),
    type: text(fieldOf(body, 'type')),
    code: text(fieldOf(body, 'code')),
    param: text(fieldOf(body, 'param')),
  }
}

/** Returns the parts of an error body: an object, a string, `detail`, `message`, HTML from a proxy, or JSON that was cut. */
export function readErrorBody(body: string): ErrorFields {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return unparsed(body)
  }
  const none = { type: '', code: '', param: '' }
  if (typeof parsed !== 'object' || parsed === null) {
    return { ...none, message: cleanMessage(text(parsed)) }
  }
  const outer = parsed as Record<string, unknown>
  const inner = outer.error
  if (typeof inner === 'object' && inner !== null) {
    const fields = inner as Record<string, unknown>
    return {
      message: cleanMessage(typeof fields.message === 'string' ? fields.message : ''),
      type: text(fields.type),
      code: text(fields.code),
      param: text(fields.param),
    }
  }
  const invalid: unknown = Array.isArray(outer.detail) ? outer.detail[0] : undefined
  if (typeof invalid === 'object' && invalid !== null) {
    // What FastAPI says about a request that does not fit its schema.
    const { loc, msg, type } = invalid as Record<string, unknown>
    const path = Array.isArray(loc) ? loc.filter((part) => part !== 'body').map(text) : []
    return { message: cleanMessage(text(msg)), type: text(type), code: '', param: path.join('.') }
  }
  const detail = outer.detail ?? outer.message ?? inner
  const message = typeof detail === 'string' ? detail : JSON.stringify(detail ?? '')
  return {
    ...none,
    message: message === '""' ? '' : cleanMessage(message),
    type: text(outer.error_type ?? outer.type),
  }
}
