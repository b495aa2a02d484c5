import { addressWithoutRoute } from '@/lib/contracts/server-address'
import { shellWords } from './shell-words'

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

// Options of curl that take a value and say nothing of a backend. Those not listed take none.
const VALUE_SHORT = 'AbcCDeEFKmoPQrtTUwxXyYz'
const VALUE_LONG =
  /^(request|output|output-dir|user-agent|cookie|cookie-jar|config|max-time|connect-timeout|retry|retry-delay|retry-max-time|proxy|preproxy|proxy-user|proxy-header|socks4a?|socks5(-hostname)?|noproxy|cacert|capath|cert|cert-type|key|key-type|pass|resolve|connect-to|interface|limit-rate|max-filesize|form|form-string|upload-file|write-out|range|referer|dump-header|trace|trace-ascii|stderr|dns-servers|unix-socket|ciphers|tls-max|speed-limit|speed-time|max-redirs|keepalive-time|local-port|aws-sigv4)$/
const DATA_LONG = /^(data(-raw|-binary|-ascii|-urlencode)?|json)$/
const KEY_HEADER = /^(?:authorization:\s*(?:bearer\s+)?|(?:x-)?api-key:\s*)(.*)$/i
// $NAME, ${NAME}, %NAME% and $env:NAME.
const VARIABLE = /^(?:\$\{?(?:env:)?([A-Za-z_]\w*)\}?|%([A-Za-z_]\w*)%)$/i

/** Returns the words from curl on; null when something else is called. */
function argumentsOf(command: string): string[] | null {
  const text = command.trim().replace(/^(?:[$>%#]|PS [^>\n]*>|[A-Z]:\\[^>\n]*>)\s+/, '')
  const words = shellWords(text)
  let at = 0
  while (at < words.length && isBefore(words[at] as string, words[at - 1])) at += 1
  return /^(?:.*[\\/]|[A-Z]:.*)?curl(?:\.exe)?$/i.test(words[at] ?? '') ? words.slice(at + 1) : null
}

/** What may stand before curl: variables, and commands that only start another one. */
function isBefore(word: string, before: string | undefined): boolean {
  if (/^[A-Za-z_]\w*=/.test(word) || /^(sudo|env|command|exec|time|nohup|&)$/.test(word))
    return true
  // Options of sudo and env, and the user that sudo -u names.
  return (before !== undefined && word.startsWith('-')) || before === '-u'
}

class Reader {
  readonly parts: CurlParts = { baseUrl: null, model: null, hadKey: false, key: null, keyEnv: null }

  address(word: string): void {
    const url = addressWithoutRoute(word)
    if (url === null || this.parts.baseUrl !== null || !/^https?:/.test(url)) return
    const parsed = new URL(url)
    // Name and password in the address are a secret: they are neither kept nor shown.
    if (parsed.username || parsed.password) this.parts.hadKey = true
    parsed.username = ''
    parsed.password = ''
    parsed.search = ''
    parsed.hash = ''
    this.parts.baseUrl = parsed.href.replace(/\/$/, '')
  }

  header(text: string): void {
    const secret = KEY_HEADER.exec(text)?.[1]?.trim()
    if (secret === undefined) return
    this.secret(secret)
  }

  secret(text: string): void {
    const variable = VARIABLE.exec(text)
    this.parts.keyEnv = variable?.[1] ?? variable?.[2] ?? null
    this.parts.hadKey = this.parts.keyEnv === null
    // Two words are no bearer token (Basic and the like): known to be a secret, not offered.
    this.parts.key = this.parts.hadKey && /^[\x21-\x7e]+$/.test(text) ? text : null
  }

  data(text: string): void {
    this.parts.model = /"model"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? this.parts.model
  }

  /** Takes an option with its value; returns whether a value belongs to it. */
  long(name: string, value: () => string): void {
    if (name === 'header') this.header(value())
    else if (name === 'url') this.address(value())
    else if (name === 'oauth2-bearer') this.secret(value())
    else if (name === 'user') {
      value()
      this.parts.hadKey = true
    } else if (DATA_LONG.test(name)) this.data(value())
    else if (VALUE_LONG.test(name)) value()
  }

  /** Takes a group of short options: `-sSH "a: b"`, `-H"a: b"`, `-XPOST`. */
  short(group: string, value: () => string): void {
    for (let at = 0; at < group.length; at += 1) {
      const letter = group[at] as string
      const rest = group.slice(at + 1)
      const given = () => rest || value()
      if (letter === 'H') return this.header(given())
      if (letter === 'd') return this.data(given())
      if (letter === 'u') {
        given()
        this.parts.hadKey = true
        return
      }
      if (VALUE_SHORT.includes(letter)) {
        given()
        return
      }
    }
  }
}

/** Returns what a pasted curl command says of a backend; null when it is no curl command. Its key is a secret: never shown. */
export function parseCurl(command: string): CurlParts | null {
  const words = argumentsOf(command)
  if (words === null) return null
  const reader = new Reader()
  let at = 0
  const value = () => words[++at] ?? ''
  for (; at < words.length; at += 1) {
    const word = words[at] as string
    // The next command of a line or pipe is left alone.
    if (/^(\||\|\||&&|;|>|>>|2>.*)$/.test(word)) break
    if (word.startsWith('--')) {
      const [name = '', ...given] = word.slice(2).split('=')
      reader.long(name, given.length > 0 ? () => given.join('=') : value)
    } else if (/^-[^-]/.test(word)) reader.short(word.slice(1), value)
    else if (!word.startsWith('-')) reader.address(word)
  }
  return reader.parts
}
