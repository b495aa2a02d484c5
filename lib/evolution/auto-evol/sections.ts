/** Sections of a reply, in the order of the layout. */
const NAMES = ['methods', 'plan', 'rewrite', 'final'] as const
type SectionName = (typeof NAMES)[number]

const PATTERNS: Record<SectionName, RegExp> = {
  methods: /^(?:methods?(?: list)?|list of methods)$/,
  plan: /^plan(?:ning)?$/,
  rewrite: /^(?:rewritten (?:instruction|task|prompt)|rewrite)$/,
  final:
    /^(?:final(?:ly)?(?: (?:rewritten|revised|reviewed))? (?:instruction|task|prompt)|finally rewritten)$/,
}
// As the prompt asks for it; any other form is read, and said.
const EXACT =
  /^Step (?:1 #Methods List|2 #Plan|3 #Rewritten Instruction|4 #Finally Rewritten Instruction)#:\s*$/
// Each part is bounded: a line of ten thousand blanks must not take longer.
const HEADER =
  /^(?<marks>[#*_]{0,8})[ \t]{0,4}(?:step[ \t]{0,4}(?<step>[1-4])[ \t]{0,4}[:.)\-–—]{0,2}[ \t]{0,4}|[1-4][.)][ \t]{0,4})?(?<open>[#*_[ \t]{0,8})(?<name>[a-z][a-z ]{0,60}[a-z])(?<close>[#*_\] \t]{0,8})(?<colon>[:：]?)(?<rest>.*)$/iu
// A header of the layout in words that are not known here, such as another language.
const UNKNOWN_HEADER = /^.{0,40}#[^#]{1,60}#\s*[:：]/u
// Instead of the text, a word on another place of the reply.
const REFERS_BACK =
  /^\W*(?:(?:the )?same as|no (?:further )?changes?\b|unchanged|see step|as above|\(?identical to)/i
// An instruction that begins like that is longer.
const REFERENCE_CHARACTERS = 120

interface Header {
  name: SectionName
  isExact: boolean
  /** What stands behind it on its line. */
  rest: string
}

function headerOf(line: string): Header | null {
  const found = HEADER.exec(line.replace(/^[\s>]+/u, ''))?.groups
  if (!found) return null
  const { marks = '', step, open = '', close = '', colon = '' } = found
  // What closes bold type belongs to the header, the rest to the text.
  const behind = (found['rest'] ?? '').trim()
  const isBold = /\*\*|__/.test(marks + open)
  const rest = /^[#*_]*$/.test(behind)
    ? ''
    : isBold
      ? behind.replace(/^(?:\*\*|__)\s*/, '')
      : behind
  const words = (found['name'] ?? '').toLowerCase().replace(/ +/g, ' ')
  const named = NAMES.find((name) => PATTERNS[name].test(words))
  if (!named) return null
  const isMarked = step !== undefined || /#|\*\*|__/.test(marks + open + close)
  // "Plan: a trip" is a text; a header stands alone, or is marked as one and ends in a colon.
  const isHeader = rest === '' ? isMarked || colon !== '' : isMarked && colon !== ''
  if (!isHeader) return null
  const isLast = named === 'rewrite' || named === 'final'
  const name = isLast && step === '4' ? 'final' : isLast && step === '3' ? 'rewrite' : named
  return { name, isExact: EXACT.test(line), rest }
}

interface Section extends Header {
  lines: string[]
}

function textOf(section: Section | undefined): string {
  return section ? [section.rest, ...section.lines].join('\n').trim() : ''
}

/** The lines before the first header, and the sections in order; what looks like an earlier header is text. */
function split(text: string): { before: string[]; sections: Section[] } {
  const before: string[] = []
  let sections: Section[] = []
  for (const line of text.split(/\r\n|[\n\r\u2028\u2029]/u)) {
    const header = headerOf(line)
    const last = sections.at(-1)
    if (header) {
      const isNext = !last || NAMES.indexOf(header.name) > NAMES.indexOf(last.name)
      const isAgain = header.name === 'final' && last?.name === 'final'
      // The layout as it was asked for, written down once before it is filled in.
      const isRestart = !isNext && !isAgain && sections.every((one) => textOf(one) === '')
      if (isRestart) sections = []
      if (isNext || isAgain || isRestart) {
        sections.push({ ...header, lines: [] })
        continue
      }
    }
    if (last) last.lines.push(line)
    else before.push(line)
  }
  return { before, sections }
}

/** What a reply says in its four sections; empty where it does not. */
export interface AutoEvolReply {
  methods: string
  plan: string
  rewritten: string
  instruction: string
  /** Short codes of what was read in another form than asked for. */
  repairs: string[]
  /** Why there is no instruction; null where there is one. */
  fault: string | null
}

function faultOf(text: string, finals: readonly string[]): string | null {
  if (finals.length === 0) {
    const isOther = (line: string) => UNKNOWN_HEADER.test(line) && headerOf(line) === null
    return text.split('\n').some(isOther) ? 'unknown_headers' : 'no_final_header'
  }
  const filled = finals.filter((final) => final !== '')
  if (filled.length === 0) return 'empty_final'
  if (new Set(filled).size > 1) return 'two_finals'
  const [final = ''] = filled
  return REFERS_BACK.test(final) && final.length < REFERENCE_CHARACTERS ? 'refers_back' : null
}

function repairsOf(sections: readonly Section[], finals: number): string[] {
  const absent = (['methods', 'plan', 'rewrite'] as const).filter(
    (name) => !sections.some((one) => one.name === name),
  )
  return [
    ...absent.map((name) => `no_${name}_header`),
    ...(sections.some(({ isExact, rest }) => !isExact && rest === '') ? ['other_header'] : []),
    ...(sections.some(({ rest }) => rest !== '') ? ['text_in_header'] : []),
    ...(finals > 1 ? ['final_twice'] : []),
  ]
}

/**
 * Returns the four sections of a reply. Headers may have other marks, numbers, cases and the words "Final" or "Finally"; whatever
 * is not as asked for is named. Methods are what stands before the header of the plan, as in the study; without that
 * header there are none.
 */
export function parseReply(text: string): AutoEvolReply {
  const { before, sections } = split(text)
  const of = (name: SectionName) => textOf(sections.find((one) => one.name === name))
  const finals = sections.filter(({ name }) => name === 'final').map(textOf)
  const hasMethods = sections.some(({ name }) => name === 'methods')
  const hasPlan = sections.some(({ name }) => name === 'plan')
  const fault = faultOf(text, finals)
  return {
    methods: hasPlan ? (hasMethods ? of('methods') : before.join('\n').trim()) : '',
    plan: of('plan'),
    rewritten: of('rewrite'),
    instruction: fault === null ? (finals.find((final) => final !== '') ?? '') : '',
    repairs: repairsOf(sections, finals.length),
    fault,
  }
}
