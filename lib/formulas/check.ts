import type { ColumnShape } from '@/lib/contracts/column-kinds'
import { isYesNo } from '@/lib/contracts/column-kinds'
import { didYouMean, FormulaError, inFormula, type Span } from './error'
import { EQUAL, findFunction, FUNCTIONS, type GroupFunction, type ValueType } from './functions'
import { parseFormula, type Place, type Tree } from './parse'

/** A column as formulas name it. */
export interface NamedColumn {
  id: string
  label: string
  metric: string
  isDefault: boolean
  shape: ColumnShape
  levels: readonly string[] | null
}

/** Groups that follow from the file in which a row is. */
export const FILE_GROUPS = ['cell', 'seed set', 'evolver', 'round', 'study'] as const
export type FileGroup = (typeof FILE_GROUPS)[number]

/** What rows must share to be in one group: a property of their file, or the value of a column. */
export type Grouping = { by: FileGroup } | { by: 'column'; column: ColumnNode }

export interface ColumnNode {
  kind: 'column'
  type: ValueType
  id: string
  shape: ColumnShape
  levels: readonly string[] | null
}

/** A checked formula: every part has a type, every name is a column. */
export type Node =
  | { kind: 'constant'; type: 'number' | 'flag'; value: number }
  | { kind: 'constant'; type: 'text'; value: string }
  | ColumnNode
  | { kind: 'row'; type: ValueType; args: Node[]; of(a: number, b: number): number }
  | { kind: 'words'; type: 'flag'; args: [Node, Node]; of(a: number, b: number): number }
  | { kind: 'special'; type: ValueType; name: string; args: Node[] }
  | { kind: 'group'; type: 'number'; fn: GroupFunction; arg: Node; within: Grouping[] }

/** A formula that can be evaluated. */
export interface CheckedFormula {
  node: Node
  /** What it gives: a number, yes or no, or one of the levels. */
  type: 'number' | 'flag' | 'text'
  /** The words that it may give, where it gives words. */
  levels: readonly string[] | null
  /** Ids of the columns that it reads, each once. */
  reads: readonly string[]
  /** The formula with every name written as the id of its column. */
  resolved: string
  /** Whether the value of a row depends on other rows. */
  hasGroups: boolean
}

const TYPE_NAMES: Record<ValueType, string> = {
  number: 'a number',
  flag: 'yes or no',
  text: 'a word',
  tags: 'tags',
}

/** The columns in which the lengths of texts lie. */
const LENGTHS: Record<string, Record<string, string>> = {
  words: { instruction: 'instruction_words.instruction', response: 'response_words.words' },
  characters: { instruction: 'instruction_characters.instruction' },
}
const LEVEL = 'difficulty_level.level'
// Columns of files have many kinds; those are what a formula can take.
const REFUSED: Partial<Record<ColumnShape, string>> = {
  vector: 'holds several numbers a row',
  rowRef: 'holds the position of another row',
}

function typeOf(column: NamedColumn): ValueType {
  if (isYesNo(column)) return 'flag'
  if (column.shape === 'tags') return 'tags'
  return column.shape === 'category' || column.shape === 'text' ? 'text' : 'number'
}

/** Checks one formula against the columns of a study. */
class Checker {
  readonly names: { span: Span; id: string }[] = []
  hasGroups = false

  constructor(
    readonly text: string,
    readonly columns: readonly NamedColumn[],
  ) {}

  fail(span: Span, problem: string): never {
    throw new FormulaError(this.text, span, problem)
  }

  /** Columns that a name may mean: its id, else its label, else the default column of its metric. */
  private candidates(name: string): NamedColumn[] {
    const byId = this.columns.filter(({ id }) => id === name)
    if (byId.length > 0) return byId
    const byLabel = this.columns.filter(({ label }) => label === name)
    if (byLabel.length > 0) return byLabel
    const ofMetric = this.columns.filter(({ metric, isDefault }) => metric === name && isDefault)
    if (ofMetric.length > 0) return ofMetric
    return this.columns.filter(({ label }) => label.toLowerCase() === name.toLowerCase())
  }

  column({ name, span }: Place): ColumnNode {
    this.refuseCutId(span)
    const found = this.candidates(name)
    if (found.length > 1) {
      const ids = found.map(({ id }) => `\`${id}\``).join(' or ')
      this.fail(span, `"${name}" is the name of ${found.length} columns. Write ${ids}.`)
    }
    const [column] = found
    if (!column) {
      const known = this.columns.flatMap(({ id, label }) => [id, label])
      const isCall = FUNCTIONS.some((one) => one.name === name)
      const help = isCall
        ? ` ${name} is a function: write its arguments in brackets.`
        : didYouMean(name, known, inFormula) || ' The list beside the formula inserts one.'
      return this.fail(span, `There is no column "${name}" in this study.${help}`)
    }
    const refused = REFUSED[column.shape]
    if (refused) this.fail(span, `${column.id} ${refused}, which a formula does not take.`)
    this.names.push({ span, id: column.id })
    const { id, shape, levels } = column
    return { kind: 'column', type: typeOf(column), id, shape, levels }
  }

  /** The hyphen of a column's id that was written without backticks reads as a minus. */
  private refuseCutId(span: Span): void {
    for (const { id } of this.columns) {
      const from = id.includes('-') ? this.text.lastIndexOf(id, span.from) : -1
      const to = from + id.length
      if (from === -1 || to < span.to || this.text[from - 1] === '`') continue
      this.fail({ from, to }, `Write \`${id}\` in backticks, since its name holds a minus.`)
    }
  }

  node(tree: Tree): Node {
    switch (tree.kind) {
      case 'number':
        if (!Number.isFinite(tree.value)) this.fail(tree.span, 'This number is too large.')
        return { kind: 'constant', type: 'number', value: tree.value }
      case 'flag':
        return { kind: 'constant', type: 'flag', value: Number(tree.value) }
      case 'text':
        return { kind: 'constant', type: 'text', value: tree.value }
      case 'name':
        return this.column(tree)
      case 'call':
        return this.call(tree)
    }
  }

  private call(tree: Tree & { kind: 'call' }): Node {
    if (tree.name in EQUAL) return this.equality(tree)
    const fn = findFunction(tree.name)
    if (!fn) {
      const names = FUNCTIONS.map(({ name }) => name)
      const near = didYouMean(tree.name, names) || ` There are: ${names.join(', ')}.`
      return this.fail(tree.span, `There is no function "${tree.name}".${near}`)
    }
    if (fn.kind !== 'group' && tree.within[0]) {
      const groups = FUNCTIONS.flatMap(({ kind, name }) => (kind === 'group' ? [name] : []))
      this.fail(tree.within[0].span, `Only ${groups.join(', ')} are taken within a group.`)
    }
    if (fn.kind === 'special') return this.special(tree, fn.form)
    if (fn.kind === 'group') {
      this.count(tree, 1, 1, fn.form)
      const [arg] = tree.args as [Tree]
      const checked = this.node(arg)
      if (checked.type !== 'number') this.mismatch(arg, checked, ['number'])
      this.hasGroups = true
      const within = tree.within.map((place) => this.grouping(place))
      const groups: Grouping[] = within.length > 0 ? within : [{ by: 'cell' }]
      return { kind: 'group', type: 'number', fn, arg: checked, within: groups }
    }
    const { takes, optional = 0, repeats, gives, of } = fn
    this.count(tree, takes.length - optional, repeats ? Infinity : takes.length, fn.form)
    const args = tree.args.map((arg, k) => {
      const wanted = takes[Math.min(k, takes.length - 1)] as ValueType
      return this.typed(arg, wanted)
    })
    if (args.length < takes.length) args.push({ kind: 'constant', type: 'number', value: 0 })
    if (args.length <= 2) return { kind: 'row', type: gives, args, of }
    const [first, ...rest] = args as [Node, ...Node[]]
    return rest.reduce<Node>(
      (left, right) => ({ kind: 'row', type: gives, args: [left, right], of }),
      first,
    )
  }

  private count(
    { args, span, name }: Tree & { kind: 'call' },
    least: number,
    most: number,
    form: string,
  ) {
    if (args.length >= least && args.length <= most) return
    this.fail(
      span,
      `${name} is written ${form}; here it has ${args.length} argument${args.length === 1 ? '' : 's'}.`,
    )
  }

  private mismatch(tree: Tree, found: Node, wanted: readonly ValueType[]): never {
    const names = wanted.map((one) => TYPE_NAMES[one]).join(' or ')
    const hint =
      wanted.includes('flag') && found.type === 'number'
        ? ' Compare it, as in x > 0.'
        : wanted.includes('number') && found.type === 'flag'
          ? ' Write if(condition, 1, 0) to count it.'
          : ''
    return this.fail(tree.span, `Expected ${names}, but this is ${TYPE_NAMES[found.type]}.${hint}`)
  }

  private typed(tree: Tree, ...wanted: ValueType[]): Node {
    const node = this.node(tree)
    return wanted.includes(node.type) ? node : this.mismatch(tree, node, wanted)
  }

  /** A word compared with a column of levels stands for the number of the level. */
  private asLevel(node: Node, tree: Tree, other: Node): Node {
    if (node.kind !== 'constant' || node.type !== 'text') return node
    if (other.kind !== 'column' || !other.levels) return node
    const names = other.levels.map((level) => level.toLowerCase())
    const at = names.indexOf(node.value.toLowerCase())
    if (at === -1) {
      const near =
        didYouMean(node.value, other.levels) || ` Its levels: ${other.levels.join(', ')}.`
      this.fail(tree.span, `${other.id} has no level "${node.value}".${near}`)
    }
    return other.type === 'flag'
      ? { kind: 'constant', type: 'flag', value: at }
      : { kind: 'constant', type: 'number', value: at + 1 }
  }

  private equality({ name, args }: Tree & { kind: 'call' }): Node {
    const [left, right] = args as [Tree, Tree]
    const read = [
      this.typed(left, 'number', 'flag', 'text'),
      this.typed(right, 'number', 'flag', 'text'),
    ] as const
    const a = this.asLevel(read[0], left, read[1])
    const b = this.asLevel(read[1], right, read[0])
    if (a.type !== b.type) this.mismatch(right, b, [a.type])
    const of = EQUAL[name] as (typeof EQUAL)[string]
    if (a.type === 'text') return { kind: 'words', type: 'flag', args: [a, b], of }
    return { kind: 'row', type: 'flag', args: [a, b], of }
  }

  private special(tree: Tree & { kind: 'call' }, form: string): Node {
    const { name, args, span } = tree
    const made = (type: ValueType, nodes: Node[]): Node => ({
      kind: 'special',
      type,
      name,
      args: nodes,
    })
    const first = args[0] as Tree
    const lengths = LENGTHS[name]
    if (lengths) {
      this.count(tree, 1, 1, form)
      const id = first.kind === 'name' ? lengths[first.name] : undefined
      if (id === undefined) this.fail(first.span, `Expected ${Object.keys(lengths).join(' or ')}.`)
      const column = this.column({ name: id, span })
      return column
    }
    if (name === 'has') {
      this.count(tree, 2, 2, form)
      const tags = this.typed(first, 'tags')
      const word = this.typed(args[1] as Tree, 'text')
      if (word.kind !== 'constant') this.fail((args[1] as Tree).span, 'Expected a word in quotes.')
      return made('flag', [tags, word])
    }
    if (name === 'is_missing') {
      this.count(tree, 1, 1, form)
      return made('flag', [this.node(first)])
    }
    if (name === 'clip') {
      this.count(tree, 3, 3, form)
      return made(
        'number',
        args.map((arg) => this.typed(arg, 'number')),
      )
    }
    this.count(tree, name === 'if' ? 3 : 2, name === 'if' ? 3 : Infinity, form)
    const condition = name === 'if' ? [this.typed(first, 'flag')] : []
    const [one, ...others] = name === 'if' ? args.slice(1) : args
    const node = this.typed(one as Tree, 'number', 'flag', 'text')
    return made(node.type, [...condition, node, ...others.map((arg) => this.typed(arg, node.type))])
  }

  private grouping(place: Place): Grouping {
    const name = place.name.toLowerCase()
    const by = FILE_GROUPS.find((one) => one === name || one.replace(' ', '_') === name)
    if (by) return { by }
    const named = name === 'level' ? { ...place, name: LEVEL } : place
    if (this.candidates(named.name).length === 0) {
      const near = didYouMean(place.name, [...FILE_GROUPS, 'level'])
      const all = [...FILE_GROUPS, 'level'].join(', ')
      this.fail(
        place.span,
        `There is no group "${place.name}".${near} Groups are ${all}, and columns of few values.`,
      )
    }
    return { by: 'column', column: this.column(named) }
  }
}

/** The words that a formula may give; null where they are not all written in it. */
function levelsOf(node: Node): string[] | null {
  if (node.kind === 'constant') return node.type === 'text' ? [node.value] : null
  if (node.kind !== 'special') return null
  const parts = (node.name === 'if' ? node.args.slice(1) : node.args).map(levelsOf)
  return parts.includes(null) ? null : [...new Set(parts.flatMap((part) => part ?? []))]
}

function replaced(text: string, names: readonly { span: Span; id: string }[]): string {
  return names
    .toSorted((a, b) => b.span.from - a.span.from)
    .reduce((all, { span, id }) => `${all.slice(0, span.from)}\`${id}\`${all.slice(span.to)}`, text)
}

/** Returns a formula checked against the columns of a study; a `FormulaError` says what is wrong and where. */
export function checkFormula(text: string, columns: readonly NamedColumn[]): CheckedFormula {
  const tree = parseFormula(text)
  const checker = new Checker(text, columns)
  const node = checker.node(tree)
  const all = { from: 0, to: text.length }
  const reads = [...new Set(checker.names.map(({ id }) => id))]
  if (reads.length === 0)
    checker.fail(all, 'The formula names no column, so all rows would be equal.')
  const { type } = node
  if (type === 'tags')
    return checker.fail(all, 'Tags are a column already. Ask for one with has(tags, "word").')
  const levels = type === 'text' ? levelsOf(node) : null
  if (type === 'text' && levels === null) {
    checker.fail(
      all,
      'A formula gives words only where they are written in it, as in if(x > 1, "long", "short").',
    )
  }
  const resolved = replaced(text, checker.names)
  return { node, type, levels, reads, resolved, hasGroups: checker.hasGroups }
}
