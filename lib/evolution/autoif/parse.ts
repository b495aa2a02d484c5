import { z } from 'zod'
import { checkCaseSchema, type CheckCase } from '@/lib/contracts/experiment'

/** A checking function with its cases, as one reply holds them. */
export const checkerSchema = z.object({
  func: z.string(),
  cases: z.array(checkCaseSchema),
  /** What was mended of the reply, by name. */
  repairs: z.array(z.string()),
})
export type Checker = z.infer<typeof checkerSchema>

/** Why a reply holds no checker. */
export type CheckerFault = 'no_block' | 'bad_json' | 'no_evaluate' | 'no_cases'

const JSON_FENCE = /```[ \t]*json5?[ \t]*\r?\n?/i
const OTHER_FENCE = /^[ \t]*```[^\n`]*\n(?=\s*\{)/m
const BLOCK_END = /^[ \t]*```/m
// Three marks that no end of line precedes close a block that is one line.
const LOOSE_END = /```\s*$/
const EVALUATE = /^[ \t]*def[ \t]+evaluate[ \t]*\(/m
const SOURCE_FENCE = /^\s*```[a-z]*\s*\n|\n?\s*```\s*$/gi
// A colon that a backslash follows is no Python: the line ends were escaped twice.
const ESCAPED_TWICE = /^[^\n]*def[ \t]+evaluate[ \t]*\([^\n)]*\)[^\n:]*:\s*\\n/
const MEANT: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
// As the method does: such a line may fetch something.
const FETCHES = /download|requests/
const PYTHON_WORDS: Record<string, string> = { True: 'true', False: 'false', None: 'null' }

function blockOf(text: string, repairs: string[]): string | null {
  const fence = JSON_FENCE.exec(text) ?? OTHER_FENCE.exec(text)
  if (!fence) {
    const from = text.indexOf('{')
    const to = text.lastIndexOf('}')
    if (from < 0 || to < from) return null
    repairs.push('no_fence')
    return text.slice(from, to + 1)
  }
  if (!/json/i.test(fence[0])) repairs.push('unlabelled_fence')
  const rest = text.slice(fence.index + fence[0].length)
  const end = BLOCK_END.exec(rest) ?? LOOSE_END.exec(rest)
  if (!end) repairs.push('unclosed_fence')
  return end ? rest.slice(0, end.index) : rest
}

/** A text of JSON in pieces: texts in quotes (odd places) and what stands between them. */
function pieces(json: string): string[] {
  return json.split(/("(?:[^"\\]|\\[\s\S])*")/)
}

const CONTROL: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** A backslash with what follows it, or a control sign. */
const ESCAPES = /\\([\s\S])|[\n\r\t]/g

/** Ways of mending JSON as models write it, within texts or between them; each is tried on top of those before. */
const REPAIRS: readonly { name: string; inTexts: boolean; mend(piece: string): string }[] = [
  {
    name: 'raw_line_ends',
    inTexts: true,
    mend: (piece) =>
      piece.replaceAll(ESCAPES, (all, next?: string) =>
        next === undefined ? (CONTROL[all] ?? all) : next in CONTROL ? `\\\\${CONTROL[next]}` : all,
      ),
  },
  {
    name: 'python_words',
    inTexts: false,
    mend: (piece) =>
      piece.replaceAll(/\b(?:True|False|None)\b/g, (word) => PYTHON_WORDS[word] as string),
  },
  {
    name: 'trailing_comma',
    inTexts: false,
    mend: (piece) => piece.replaceAll(/,(\s*[\]}])/g, '$1'),
  },
  {
    // A pattern such as \d in the source; \' could be meant either way and is left.
    name: 'lone_backslash',
    inTexts: true,
    mend: (piece) =>
      piece.replaceAll(/\\([\s\S])/g, (all, next: string) =>
        /["\\/bfnrtu']/.test(next) ? all : `\\${all}`,
      ),
  },
]

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readJson(block: string, repairs: string[]): unknown {
  let text = block.trim()
  let value = parsed(text)
  for (const { name, inTexts, mend } of REPAIRS) {
    if (value !== undefined) break
    const mended = pieces(text)
      .map((piece, at) => ((at % 2 === 1) === inTexts ? mend(piece) : piece))
      .join('')
    if (mended === text) continue
    repairs.push(name)
    text = mended
    value = parsed(text)
  }
  return value
}

/** The first of these keys that an object has, whatever the case of its letters. */
function field(from: unknown, names: readonly string[], repairs: string[]): unknown {
  if (typeof from !== 'object' || from === null) return undefined
  const entries = Object.entries(from)
  const own = entries.find(([key]) => key === names[0])
  if (own) return own[1]
  const other = entries.find(([key]) => names.includes(key.toLowerCase()))
  if (other && !repairs.includes('other_keys')) repairs.push('other_keys')
  return other?.[1]
}

function caseOf(given: unknown, repairs: string[]): CheckCase | null {
  const pair = Array.isArray(given)
    ? given
    : [
        field(given, ['input', 'response', 'text'], repairs),
        field(given, ['output', 'expected', 'expected_output', 'result'], repairs),
      ]
  const { success, data } = checkCaseSchema.safeParse(pair)
  if (!success) return null
  if (Array.isArray(given) && !repairs.includes('case_lists')) repairs.push('case_lists')
  return data
}

function casesOf(given: unknown, repairs: string[]): CheckCase[] {
  if (!Array.isArray(given)) return []
  const found = given.flatMap((one) => {
    const pair = caseOf(one, repairs)
    return pair ? [pair] : []
  })
  if (found.length < given.length) repairs.push('cases_left_out')
  return found
}

function sourceOf(given: unknown, repairs: string[]): string {
  const isLines = Array.isArray(given) && given.every((line) => typeof line === 'string')
  if (isLines) repairs.push('source_in_lines')
  const raw = isLines ? given.join('\n') : typeof given === 'string' ? given : ''
  const bare = raw.replaceAll(SOURCE_FENCE, '')
  if (bare !== raw) repairs.push('source_in_fence')
  const isEscaped = ESCAPED_TWICE.test(bare)
  if (isEscaped) repairs.push('escaped_twice')
  const plain = isEscaped
    ? bare.replaceAll(/\\([\\nrt"'])/g, (_, sign: string) => MEANT[sign] ?? sign)
    : bare
  const lines = plain.replaceAll('\r\n', '\n').split('\n')
  const kept = lines.filter((line) => !FETCHES.test(line))
  if (kept.length < lines.length) repairs.push('fetching_lines')
  return kept.join('\n').trim()
}

/**
 * Returns the checker of a reply: of its first fenced JSON block, mended where that is beyond doubt, or what is wrong. Source
 * lines that speak of downloads or requests are deleted, as the method does.
 */
export function parseChecker(text: string): Checker | CheckerFault {
  const repairs: string[] = []
  const block = blockOf(text, repairs)
  if (block === null) return 'no_block'
  const json = readJson(block, repairs)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'bad_json'
  const func = sourceOf(field(json, ['func', 'function', 'code', 'evaluate'], repairs), repairs)
  if (!EVALUATE.test(func)) return 'no_evaluate'
  const cases = casesOf(
    field(json, ['cases', 'test_cases', 'testcases', 'tests'], repairs),
    repairs,
  )
  return cases.length === 0 ? 'no_cases' : { func, cases, repairs }
}
