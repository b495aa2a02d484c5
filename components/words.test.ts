import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** Words that users do not read, and the term of the glossary that stands in their place. */
const OUT: readonly [word: RegExp, instead: string][] = [
  [/\barms?\b/i, 'evolver'],
  [/\bslots?\b/i, 'seed'],
  [/\b(?:rows?|they|that) (?:do not |cannot )?meet\b/i, 'paired by seed, or aligned'],
  [/\bdropped\b|\bdrop (?:the|these|this) rows?\b|^drop\b(?! files| to import)/i, 'exclude'],
  [/\b(?:un)?tick(?:ed|s|ing)?\b/i, 'select, deselect'],
  [/\bpick(?:ed)?\b|\blet go\b|\bunselect/i, 'select, deselect'],
  [/\bcards?\b/i, 'run details'],
  [/\bwhat is missing\b/i, 'missing values'],
  [/\bstudy is worth\b/i, 'about this sample'],
  [/\bjudges?\b(?! models?\b)/i, 'judge model'],
  [/\bwriter of the responses?\b|\bresponse writer\b/i, 'response model'],
  [/\bseed of the draw\b|\bsampling seed\b|\bseeded (?:draw|sample)\b/i, 'random seed'],
  [/\bmoney\b/i, 'cost budget'],
  [/\bminutes of running\b|\bof running\b/i, 'max runtime'],
  [
    /\btokens (?:written|sent)\b|\bwritten tokens\b|\blongest (?:response|instruction)\b/i,
    'output tokens',
  ],
  [/\bfurther (?:addresses|servers)\b/i, 'replica endpoints'],
  [
    /\bgiven the instruction,? nats\b|^(?:given the instruction|alone)$/i,
    'conditional, unconditional loss',
  ],
  [/\bwith a remark\b/i, 'with warnings'],
  [/\bsent again\b|\basked again\b/i, 'retried'],
  [/\b(?:take|taken|takes) back\b/i, 'reset, undo'],
  [
    /\bon (?:its|their) way\b|\bnought\b|\bin the eyes of\b|\bnone of our business\b/i,
    'a plain phrase',
  ],
  [/\bhalf characters?\b/i, 'lone surrogates'],
  [/\bas it stands\b|\bput aside\b|\bset beside\b/i, 'a plain phrase'],
]

/** Attributes that hold names for the program, not texts. */
const NO_TEXT = new Set(['className', 'href', 'id', 'key', 'type', 'role', 'src', 'd', 'style'])

/** SQL and flags of the command line, which scripts of users hold. */
const FOR_PROGRAM =
  /"--|\br\.slot\b|\bp\.slot\b|\bslot (?:=|is|from|in)\b|slot, external_id|set slot =|idx, slot/

function isForProgram(node: ts.Node): boolean {
  const { parent } = node
  return (
    ts.isImportDeclaration(parent) ||
    ts.isLiteralTypeNode(parent) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isJsxAttribute(parent) && NO_TEXT.has(parent.name.getText()))
  )
}

/** Returns the texts of a source file that may be shown: with a blank in them, or beginning with a capital letter. */
function shownTexts(name: string, source: string): { text: string; line: number }[] {
  const kind = name.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, kind)
  const found: { text: string; line: number }[] = []
  const visit = (node: ts.Node) => {
    if (
      ts.isJsxText(node) ||
      ((ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) && !isForProgram(node))
    ) {
      const text = node.text.replace(/\s+/g, ' ').trim()
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1
      if (ts.isJsxText(node) || / /.test(text) || /^[A-Z]/.test(text)) found.push({ text, line })
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function problems(name: string, source: string): string[] {
  return shownTexts(name, source).flatMap(({ text, line }) =>
    OUT.filter(([word]) => word.test(text)).map(
      ([, instead]) => `${name}:${line} "${text}": write ${instead}`,
    ),
  )
}

function sourcesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .map((name) => path.join(folder, name))
}

describe('words that users read', () => {
  const root = path.join(import.meta.dirname, '..')

  it('keeps to the terms of the glossary in pages, components, and descriptions of metrics, figures, prompts and models', () => {
    const folders = ['app', 'components', 'lib/metrics', 'lib/figures', 'lib/prompts', 'lib/models']
    const files = folders.flatMap((folder) => sourcesUnder(path.join(root, folder)))
    expect(files.length).toBeGreaterThan(200)
    const found = files.flatMap((file) =>
      problems(path.relative(root, file), readFileSync(file, 'utf8')),
    )
    expect(found).toEqual([])
  })

  it('keeps to them in what the command line, jobs, errors and HTTP say', () => {
    const rooms = ['services', 'worker', 'queue', 'cli', 'api', 'contracts', 'http', 'formulas']
    const files = rooms.flatMap((room) => sourcesUnder(path.join(root, 'lib', room)))
    expect(files.length).toBeGreaterThan(200)
    const found = files.flatMap((file) =>
      problems(path.relative(root, file), readFileSync(file, 'utf8')),
    )
    expect(found.filter((line) => !FOR_PROGRAM.test(line))).toEqual([])
  })

  it('finds words in texts, attributes and templates, and leaves names of the program alone', () => {
    const source = `
      import { x } from './a slot'
      type Mark = 'the arm'
      const fields = { 'an arm': 1, label: 'Each arm' }
      const id = 'slot'
      const A = () => <p className="card slot" title="Open the card">Rows meet here {\`\${n} slots of each\`}</p>
    `
    expect(problems('a.tsx', source).map((line) => line.replace(/: write.*/, ''))).toEqual([
      'a.tsx:4 "Each arm"',
      'a.tsx:6 "Open the card"',
      'a.tsx:6 "Rows meet here"',
      'a.tsx:6 "slots of each"',
    ])
  })
})
