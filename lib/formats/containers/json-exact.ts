import type { JsonObject, JsonValue } from '../types'
import { ExactError, readString } from './json-string'
import type { ExactOptions } from './json-string'

export interface ExactResult {
  value: JsonValue
  /** Keys of a top-level object in file order; JavaScript would put number-like keys first. */
  keys: string[]
  literals: Record<string, string> | null
  hasNonfinite: boolean
  hasReplaced: boolean
  /** A key occurred more than once and its last value was kept. */
  hasRepeated: boolean
  /** Position after the value. */
  end: number
}

/** Longest name of a column: it stands in every list of keys. */
export const MAX_KEY_CHARS = 1_000
// Every number that is kept as text has a pointer; with long keys the pointers would outgrow the row by far.
const MAX_POINTER_CHARS = 4_000

const OPENED: unique symbol = Symbol('opened')
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
const WORDS: ReadonlyArray<readonly [string, JsonValue]> = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', null],
  ['Infinity', null],
  ['-Infinity', null],
]
const NONFINITE = new Set(['NaN', 'Infinity', '-Infinity'])
const STRICT = 'strict JSON (no comments, single quotes, trailing commas or hexadecimal numbers)'

/** Sets an own property whatever the key is called: plain assignment of `__proto__` would change the prototype. */
export function setKey(target: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  } else target[key] = value
}

/** Returns one step of a JSON pointer. */
export function pointerStep(key: string | number): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/**
 * Parses one JSON value without recursion, as strictly as the standard, plus NaN and Infinity outside strings. Notices what JSON.parse
 * hides: duplicate keys, overflow, numbers beyond a double or spelled in another way (1.0), lone surrogates. Throws ExactError with the position.
 */
export class ExactParser {
  private at = 0
  /** Of a number that is the whole value. */
  private rootLiteral: string | null = null
  private hasNonfinite = false
  private hasReplaced = false
  private hasRepeated = false

  constructor(
    private readonly text: string,
    private readonly options: ExactOptions,
  ) {}

  /** Parses a value at the start of the text; with `whole`, only white space may follow it. */
  parse(whole = true): ExactResult {
    this.skipSpace()
    const { value, keys, literals } = this.value()
    const end = this.at
    this.skipSpace()
    if (whole && this.at < this.text.length) {
      this.fail('text_after_value', 'More text follows the value.', 'the end of the row')
    }
    return {
      value,
      keys,
      literals,
      hasNonfinite: this.hasNonfinite,
      hasReplaced: this.hasReplaced,
      hasRepeated: this.hasRepeated,
      end,
    }
  }

  private value(): { value: JsonValue; keys: string[]; literals: ExactResult['literals'] } {
    const stack: Frame[] = []
    let root: Frame | null = null
    for (;;) {
      let done = this.scalarOrOpen(stack)
      while (done !== OPENED) {
        const frame = stack.at(-1)
        if (!frame) return { value: done, keys: root?.keys ?? [], literals: this.flatten(root) }
        this.put(frame, done)
        if (!this.separator(frame)) break
        stack.pop()
        const parent = stack.at(-1)
        if (!parent) root = frame
        else if (frame.literals) parent.note(frame.literals)
        done = frame.target
      }
      const frame = stack.at(-1)
      if (frame) this.beginItem(frame)
    }
  }

  /** Returns a finished value, or OPENED after pushing a container that is not empty. */
  private scalarOrOpen(stack: Frame[]): JsonValue | typeof OPENED {
    const char = this.text[this.at]
    if (char === '"') return this.string()
    if (char === '{' || char === '[') {
      const frame = new Frame(char === '{' ? {} : [])
      if (stack.length >= this.options.maxDepth) {
        const limit = this.options.maxDepth
        this.fail(
          'too_deep',
          `The value is nested deeper than ${limit}.`,
          `at most ${limit} levels`,
        )
      }
      this.at++
      this.skipSpace()
      if (this.text[this.at] === (char === '{' ? '}' : ']')) {
        this.at++
        return frame.target
      }
      stack.push(frame)
      return OPENED
    }
    return this.scalar(stack.at(-1))
  }

  private scalar(parent: Frame | undefined): JsonValue {
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue
      if (NONFINITE.has(word)) {
        this.hasNonfinite = true
        this.keepLiteral(parent, word)
      }
      this.at += word.length
      return value
    }
    return this.number(parent)
  }

  private number(parent: Frame | undefined): JsonValue {
    NUMBER.lastIndex = this.at
    const match = NUMBER.exec(this.text)
    if (!match) {
      if (this.at >= this.text.length)
        this.fail('truncated', 'The text ends inside a value.', 'the rest of the value')
      this.fail('syntax', 'No JSON value starts here.', `a value in ${STRICT}`)
    }
    const literal = match[0]
    const next = this.text[this.at + literal.length]
    if (next !== undefined && /[0-9A-Za-z_.+-]/.test(next)) {
      this.fail('syntax', 'This is not a JSON number.', `a number in ${STRICT}`)
    }
    const value = Number(literal)
    if (!Number.isFinite(value)) {
      this.fail(
        'overflow',
        `The number ${literal.slice(0, 24)} does not fit a double.`,
        'a number below 1.8e308',
      )
    }
    this.at += literal.length
    const isInteger = match[1] === undefined && match[2] === undefined
    if (isInteger && !Number.isSafeInteger(value)) {
      this.keepLiteral(parent, literal)
      return literal
    }
    const digits = literal.replace(/[eE].*$/, '').replace(/[^0-9]/g, '').length
    // 1.0 and 1e5 are written as they came, or an export would change them.
    const isRespelled =
      (match[1]?.endsWith('0') || match[2] !== undefined) && String(value) !== literal
    if (digits > 17 || Object.is(value, -0) || isRespelled) this.keepLiteral(parent, literal)
    return value
  }

  private keepLiteral(parent: Frame | undefined, literal: string): void {
    if (parent) parent.note(literal)
    else this.rootLiteral = literal
  }

  /** Literals are held by container and key while reading, so that a repeated key drops its old ones at once. */
  private flatten(root: Frame | null): ExactResult['literals'] {
    if (this.rootLiteral !== null) return { '': this.rootLiteral }
    if (!root?.literals) return null
    const flat: Record<string, string> = {}
    // Recursion is safe: nesting is limited.
    const visit = (branch: LiteralBranch, pointer: string): void => {
      for (const [key, item] of branch) {
        const at = pointer + pointerStep(key)
        if (at.length > MAX_POINTER_CHARS) {
          const problem = 'A number with many digits stands below very long keys.'
          this.fail('key_too_long', problem, 'short keys, with the texts as their values')
        }
        if (typeof item === 'string') setKey(flat, at, item)
        else visit(item, at)
      }
    }
    visit(root.literals, '')
    return flat
  }

  private put(frame: Frame, value: JsonValue): void {
    if (Array.isArray(frame.target)) frame.target.push(value)
    else setKey(frame.target, frame.key as string, value)
  }

  /** Reads what follows an item: true when the container is closed. */
  private separator(frame: Frame): boolean {
    this.skipSpace()
    const isArray = Array.isArray(frame.target)
    const char = this.text[this.at]
    if (char === ',') {
      this.at++
      return false
    }
    if (char === (isArray ? ']' : '}')) {
      this.at++
      return true
    }
    if (char === undefined)
      this.fail('truncated', 'The text ends inside a value.', isArray ? '"," or "]"' : '"," or "}"')
    this.fail(
      'syntax',
      `Unexpected ${JSON.stringify(char)}.`,
      isArray ? '"," or "]"' : '"," or "}"',
    )
  }

  private beginItem(frame: Frame): void {
    this.skipSpace()
    if (Array.isArray(frame.target)) {
      frame.key = frame.target.length
      return
    }
    const start = this.at
    if (this.text[this.at] !== '"') {
      if (this.at >= this.text.length)
        this.fail('truncated', 'The text ends inside an object.', 'a key')
      this.fail('syntax', 'No key starts here.', `a key in double quotes, ${STRICT}`)
    }
    const key = this.string()
    if (Object.hasOwn(frame.target, key)) {
      if (this.options.duplicateKeys === 'error') {
        this.at = start
        const shown = JSON.stringify(key.slice(0, 40))
        this.fail('duplicate_key', `The key ${shown} occurs twice in one object.`, 'each key once')
      }
      frame.literals?.delete(key)
      this.hasRepeated = true
    } else frame.keys.push(key)
    frame.key = key
    this.skipSpace()
    if (this.text[this.at] !== ':') {
      if (this.at >= this.text.length)
        this.fail('truncated', 'The text ends inside an object.', '":"')
      this.fail('syntax', 'No ":" follows the key.', '":"')
    }
    this.at++
    this.skipSpace()
  }

  private string(): string {
    const read = readString(this.text, this.at, this.options)
    this.at = read.end
    if (read.isReplaced) this.hasReplaced = true
    return read.value
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.at++
    }
  }

  private fail(reason: string, problem: string, expected: string): never {
    throw new ExactError(reason, problem, expected, this.at)
  }
}

/** Literals below one container, by key. */
type LiteralBranch = Map<string | number, string | LiteralBranch>

class Frame {
  readonly keys: string[] = []
  key: string | number = 0
  literals: LiteralBranch | null = null

  constructor(readonly target: JsonObject | JsonValue[]) {}

  /** Notes a literal, or those of a closed container, under the key in hand. */
  note(literal: string | LiteralBranch): void {
    this.literals ??= new Map()
    this.literals.set(this.key, literal)
  }
}
