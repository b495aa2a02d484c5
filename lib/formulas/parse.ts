import { EmbeddedActionsParser, EOF, tokenLabel, type IToken, type TokenType } from 'chevrotain'
import { MOST_CHARACTERS } from '@/lib/contracts/formula'
import { FormulaError, type Span } from './error'
import { ALL_TOKENS, lexer, T } from './tokens'

/** A formula as a tree; operators are calls. */
export type Tree =
  | { kind: 'number'; value: number; span: Span }
  | { kind: 'text'; value: string; span: Span }
  | { kind: 'flag'; value: boolean; span: Span }
  | { kind: 'name'; name: string; span: Span }
  | { kind: 'call'; name: string; args: Tree[]; within: Place[]; span: Span }

/** A name with its place. */
export interface Place {
  name: string
  span: Span
}

// Trees of this size are evaluated and compared without deep recursion.
const MOST_TOKENS = 600
// Brackets are read by recursion; nobody reads thirty of them.
const MOST_BRACKETS = 30

function expected(labels: readonly string[], found: IToken | undefined): string {
  const image = found === undefined || found.tokenType === EOF ? 'the end' : `"${found.image}"`
  const what =
    labels.length > 1 ? `${labels.slice(0, -1).join(', ')} or ${labels.at(-1)}` : labels[0]
  return `Expected ${what}, found ${image}.`
}

const OPERAND = ['a number', 'a column', 'a function', '"("']

const MESSAGES = {
  buildMismatchTokenMessage: ({
    expected: type,
    actual,
  }: {
    expected: TokenType
    actual: IToken
  }) => expected([tokenLabel(type)], actual),
  buildNotAllInputParsedMessage: ({ firstRedundant }: { firstRedundant: IToken }) =>
    firstRedundant.tokenType === T.compare
      ? 'Comparisons cannot be chained. Write "a < b and b < c".'
      : expected(['an operator', 'the end'], firstRedundant),
  buildNoViableAltMessage: ({ actual, ruleName }: { actual: IToken[]; ruleName: string }) =>
    expected(ruleName === 'group' ? ['a group, such as cell or seed set'] : OPERAND, actual[0]),
  buildEarlyExitMessage: ({ actual }: { actual: IToken[] }) => expected(OPERAND, actual[0]),
}

function spanOf(token: IToken): Span {
  return { from: token.startOffset, to: token.startOffset + token.image.length }
}

function call(name: string, args: Tree[], from?: IToken): Tree {
  const spans = args.map(({ span }) => span)
  const start = from ? from.startOffset : Math.min(...spans.map((span) => span.from))
  const span = { from: start, to: Math.max(...spans.map(({ to }) => to)) }
  return { kind: 'call', name, args, within: [], span }
}

const SAME: Record<string, string> = { '=': '==', '<>': '!=', '**': '^', '&&': 'and', '||': 'or' }

function operator(token: IToken): string {
  const image = token.image.toLowerCase()
  return SAME[image] ?? image
}

/** Applies signs or "not" from the one nearest to the operand outwards. */
function prefixed(signs: readonly IToken[], operand: Tree): Tree {
  return signs.toReversed().reduce((inner, sign) => {
    const name = sign.tokenType === T.not ? 'not' : sign.image === '-' ? 'negative' : 'positive'
    return call(name, [inner], sign)
  }, operand)
}

type Rule<R> = () => R

/** The grammar: from "or", which binds least, to numbers, names and brackets. Chevrotain only reads; nothing is run. */
class FormulaParser extends EmbeddedActionsParser {
  constructor() {
    super(ALL_TOKENS, { errorMessageProvider: MESSAGES, maxLookahead: 2 })
    this.performSelfAnalysis()
  }

  readonly formula: Rule<Tree> = this.RULE('formula', () => this.SUBRULE(this.either))
  readonly either: Rule<Tree> = this.chain('either', T.or, () => this.both)
  readonly both: Rule<Tree> = this.chain('both', T.and, () => this.negation)

  readonly negation: Rule<Tree> = this.RULE('negation', () => {
    const signs: IToken[] = []
    this.MANY(() => signs.push(this.CONSUME(T.not)))
    const inner = this.SUBRULE(this.comparison)
    return this.ACTION(() => prefixed(signs, inner))
  })

  readonly comparison: Rule<Tree> = this.RULE('comparison', () => {
    const left = this.SUBRULE(this.sum)
    const right = this.OPTION(() => {
      const sign = this.CONSUME(T.compare)
      const operand = this.SUBRULE2(this.sum)
      return { sign, operand }
    })
    return this.ACTION(() => (right ? call(operator(right.sign), [left, right.operand]) : left))
  })

  readonly sum: Rule<Tree> = this.chain('sum', T.sum, () => this.product)
  readonly product: Rule<Tree> = this.chain('product', T.product, () => this.signed)

  readonly signed: Rule<Tree> = this.RULE('signed', () => {
    const signs: IToken[] = []
    this.MANY(() => signs.push(this.CONSUME(T.sum)))
    const first = this.SUBRULE(this.operand)
    const powers: { signs: IToken[]; operand: Tree }[] = []
    this.MANY2(() => {
      this.CONSUME(T.power)
      const own: IToken[] = []
      this.MANY3(() => own.push(this.CONSUME2(T.sum)))
      powers.push({ signs: own, operand: this.SUBRULE2(this.operand) })
    })
    return this.ACTION(() => {
      // a ^ -b ^ c is a ^ (-(b ^ c)), and -a ^ b is -(a ^ b), as on paper.
      const all = [{ signs, operand: first }, ...powers]
      const last = all.pop() as (typeof all)[number]
      return all.reduceRight(
        (power, { signs: before, operand }) => prefixed(before, call('^', [operand, power])),
        prefixed(last.signs, last.operand),
      )
    })
  })

  readonly operand: Rule<Tree> = this.RULE('operand', () =>
    this.OR<Tree>([
      {
        ALT: () => {
          const token = this.CONSUME(T.number)
          return { kind: 'number', value: Number(token.image), span: spanOf(token) }
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(T.text)
          return { kind: 'text', value: token.image.slice(1, -1), span: spanOf(token) }
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(T.truth)
          return { kind: 'flag', value: token.image.toLowerCase() === 'true', span: spanOf(token) }
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(T.quoted)
          return { kind: 'name', name: token.image.slice(1, -1), span: spanOf(token) }
        },
      },
      { ALT: () => this.SUBRULE(this.named) },
      {
        ALT: () => {
          this.CONSUME(T.open)
          const inner = this.SUBRULE(this.either)
          this.CONSUME(T.close)
          return inner
        },
      },
    ]),
  )

  readonly named: Rule<Tree> = this.RULE('named', () => {
    const token = this.CONSUME(T.name)
    const called = this.OPTION(() => {
      this.CONSUME(T.open)
      const args: Tree[] = []
      const within: Place[] = []
      this.OPTION2(() => {
        args.push(this.SUBRULE(this.either))
        this.MANY({
          // The grouping comes last.
          GATE: () => within.length === 0,
          DEF: () => {
            this.CONSUME(T.comma)
            this.OR([
              {
                ALT: () => {
                  const places = this.SUBRULE(this.grouping)
                  this.ACTION(() => within.push(...places))
                },
              },
              { ALT: () => args.push(this.SUBRULE2(this.either)) },
            ])
          },
        })
      })
      return { args, within, end: this.CONSUME(T.close) }
    })
    return this.ACTION((): Tree => {
      const span = spanOf(token)
      if (!called) return { kind: 'name', name: token.image, span }
      const name = token.image.toLowerCase()
      const { args, within, end } = called
      return { kind: 'call', name, args, within, span: { from: span.from, to: spanOf(end).to } }
    })
  })

  /** What ranks and means are taken within. */
  readonly grouping: Rule<Place[]> = this.RULE('grouping', () => {
    const places: Place[] = []
    this.CONSUME(T.within)
    this.CONSUME(T.colon)
    places.push(this.SUBRULE(this.group))
    this.MANY(() => {
      this.CONSUME(T.and)
      places.push(this.SUBRULE2(this.group))
    })
    return places
  })

  /** One name, of one or two words. */
  readonly group: Rule<Place> = this.RULE('group', () => {
    const tokens: IToken[] = []
    this.OR([
      { ALT: () => tokens.push(this.CONSUME(T.quoted)) },
      { ALT: () => this.AT_LEAST_ONE(() => tokens.push(this.CONSUME(T.name))) },
    ])
    return this.ACTION(() => {
      const name = tokens.map(({ image }) => image.replaceAll('`', '')).join(' ')
      const span = {
        from: spanOf(tokens[0] as IToken).from,
        to: spanOf(tokens.at(-1) as IToken).to,
      }
      return { name, span }
    })
  })

  /** A rule of operands joined by one kind of operator, from left to right. */
  private chain(name: string, type: TokenType, inner: () => Rule<Tree>): Rule<Tree> {
    return this.RULE(name, () => {
      let left = this.SUBRULE(inner())
      this.MANY(() => {
        const sign = this.CONSUME(type)
        const right = this.SUBRULE2(inner())
        left = this.ACTION(() => call(operator(sign), [left, right]))
      })
      return left
    })
  }
}

let parser: FormulaParser | null = null

function tokensOf(text: string): IToken[] {
  const all = { from: 0, to: text.length }
  if (text.length > MOST_CHARACTERS) {
    const problem = `A formula has at most ${MOST_CHARACTERS} characters; this one has ${text.length}. Make a column of a part of it and name that.`
    throw new FormulaError(text, all, problem)
  }
  const { tokens, errors } = lexer.tokenize(text)
  const [bad] = errors
  if (bad) {
    const sign = text[bad.offset] as string
    const isOpen = '"\'`'.includes(sign)
    const problem = isOpen
      ? `The ${sign} is never closed on its line.`
      : `"${String.fromCodePoint(text.codePointAt(bad.offset) as number)}" has no meaning in a formula.`
    throw new FormulaError(text, { from: bad.offset, to: bad.offset + 1 }, problem)
  }
  if (tokens.length === 0) throw new FormulaError(text, all, 'The formula is empty.')
  if (tokens.length > MOST_TOKENS) {
    throw new FormulaError(text, all, `A formula has at most ${MOST_TOKENS} words and signs.`)
  }
  let depth = 0
  for (const token of tokens) {
    depth += Number(token.tokenType === T.open) - Number(token.tokenType === T.close)
    if (depth > MOST_BRACKETS) {
      throw new FormulaError(text, spanOf(token), `Brackets may be ${MOST_BRACKETS} deep.`)
    }
  }
  return tokens
}

/** Returns the tree of a formula; a `FormulaError` says where it goes wrong and what was expected. */
export function parseFormula(text: string): Tree {
  const tokens = tokensOf(text)
  parser ??= new FormulaParser()
  parser.input = tokens
  const tree = parser.formula()
  const [error] = parser.errors
  if (!error) return tree
  const { token } = error
  const span = token.tokenType === EOF ? { from: text.length, to: text.length } : spanOf(token)
  throw new FormulaError(text, span, error.message)
}
