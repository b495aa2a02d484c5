export interface CurlParts {
  baseUrl: string | null
  model: string | null
  /** Whether the command held a key. */
  hadKey: boolean
  /** The bearer token of the command, to be offered for storage; null when there is none or it is a variable. */
  key: string | null
  /** Name of the environment variable that the command took its key from. */
  keyEnv: string | null
}

/** Splits a shell command into words; understands quotes and line continuations, runs nothing. */
export function shellWords(command: string): string[] {
  const words: string[] = []
  const pattern = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\\r?\n|((?:[^\s"'\\]|\\.)+)|\s+/g
  let word: string | null = null
  for (const match of command.matchAll(pattern)) {
    const [whole, double, single, bare] = match
    const part = double?.replace(/\\(.)/g, '$1') ?? single ?? bare?.replace(/\\(.)/g, '$1')
    if (part === undefined) {
      if (word !== null && (/^\s/.test(whole) || whole.startsWith('\\'))) words.push(word)
      word = null
    } else {
      word = (word ?? '') + part
    }
  }
  if (word !== null) words.push(word)
  return words
}

/** `https://host/v1/chat/completions` as the base that the paths of the API are appended to. */
export function baseUrlOf(address: string): string | null {
  try {
    const url = new URL(address)
    if (!/^https?:$/.test(url.protocol)) return null
    const path = url.pathname.replace(
      /\/(chat\/completions|completions|embeddings|models|responses)\/?$/,
      '',
    )
    return `${url.protocol}//${url.host}${path.replace(/\/$/, '')}`
  } catch {
    return null
  }
}

/** Returns what a pasted curl command says of a backend; null when it is no curl command. Its key is a secret: never shown. */
export function parseCurl(command: string): CurlParts | null {
  const words = shellWords(command.trim())
  if (words[0] !== 'curl') return null
  let address: string | null = null
  let model: string | null = null
  let hadKey = false
  let key: string | null = null
  let keyEnv: string | null = null
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index] as string
    const next = words[index + 1] ?? ''
    if (word === '-H' || word === '--header') {
      const secret = /^(?:authorization:\s*bearer|(?:x-)?api-key:)\s*(.*)$/i.exec(next)?.[1]
      if (secret !== undefined) {
        keyEnv = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(secret)?.[1] ?? null
        hadKey = keyEnv === null
        key = hadKey ? secret.trim() || null : null
      }
      index += 1
    } else if (/^(-d|--data|--data-raw|--data-binary|--json)$/.test(word)) {
      model = /"model"\s*:\s*"([^"]+)"/.exec(next)?.[1] ?? model
      index += 1
    } else if (/^(-X|--request|-o|--output|-u|--user|-m|--max-time)$/.test(word)) {
      if (word === '-u' || word === '--user') hadKey = true
      index += 1
    } else if (word === '--url') {
      address = next
      index += 1
    } else if (!word.startsWith('-') && /^https?:\/\//.test(word)) {
      address = word
    }
  }
  return { baseUrl: address === null ? null : baseUrlOf(address), model, hadKey, key, keyEnv }
}
