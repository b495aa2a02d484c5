import type { Db } from '@/db/client'
import { columnIdSchema } from '@/lib/contracts/column-filter'
import { parseSide } from '@/lib/contracts/compare-names'
import type { Condition } from '@/lib/contracts/condition'
import { rowFilterSchema, type RowFilter } from '@/lib/contracts/filter'
import { plainObjectSchema } from '@/lib/contracts/plain-object'
import { benchmarkKey } from '@/lib/contracts/results'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { subsetRulesSchema, type SubsetRule } from '@/lib/contracts/subset'
import {
  viewFileSchema,
  type CheckedView,
  type MissingPart,
  type PageState,
} from '@/lib/contracts/views'
import { listFigures } from '@/lib/figures'
import { currentCells } from '../cells'
import { listColumns } from '../columns'
import { studyRuns } from '../columns/runs'
import { listMaps } from '../maps'
import { listResponseSets } from '../responses'
import { keptResults } from '../results/kept'
import { listExported } from '../rows/exported'
import { getStudy } from '../studies'
import { listSubsets } from '../subsets'
import { columnsOfRule } from '../subsets/columns-of'
import { parseYamlFile } from '../yaml-file'
import { listArms, listSeedSets } from './detail'

type What = MissingPart['what']

/** Notes what a study lacks; each test says whether it has a thing. */
class Lacks {
  readonly missing: MissingPart[] = []
  private readonly known: Partial<Record<What, Set<string>>>

  constructor(db: Db, studyId: string) {
    const ids = (list: readonly { id: string }[]) => new Set(list.map(({ id }) => id))
    const keys = (list: readonly { key: string }[]) => new Set(list.map(({ key }) => key))
    const cells = currentCells(db, studyId)
    this.known = {
      column: ids(listColumns(db, studyId)),
      run: ids(studyRuns(db, studyId)),
      evolver: keys(listArms(db, studyId)).add(SEEDS_KEY),
      'seed set': keys(listSeedSets(db, studyId)),
      round: new Set(cells.map(({ round }) => String(round))),
      file: ids(cells),
      export: ids(listExported(db, studyId, -1)),
      subset: ids(listSubsets(db, studyId)),
      map: ids(listMaps(db, studyId)),
      'response set': keys(listResponseSets(db, studyId)),
      figure: ids(listFigures()),
      benchmark: new Set(
        keptResults(db, studyId).results.map(
          ({ benchmark, metric }) => `${benchmarkKey(benchmark)}, ${metric}`,
        ),
      ),
    }
  }

  has(what: What, name: string | number): boolean {
    const text = String(name)
    if (this.known[what]?.has(text)) return true
    if (!this.missing.some((one) => one.what === what && one.name === text))
      this.missing.push({ what, name: text })
    return false
  }

  hasColumn(id: string): boolean {
    const [column = '', run] = id.split('@')
    return this.has('column', column) && (run === undefined || this.has('run', run))
  }

  /** Whether a text is no column of numbers of a metric, or one that is there. */
  fits(text: string): boolean {
    return !/^[a-z]/.test(text) || !columnIdSchema.safeParse(text).success || this.hasColumn(text)
  }
}

/** Whether everything that a single condition names is there. */
function isWhole(lacks: Lacks, atom: Extract<Condition, { is: string }>): boolean {
  const all = (what: What, names: readonly (string | number)[]) =>
    names.filter((name) => !lacks.has(what, name)).length === 0
  switch (atom.is) {
    case 'range':
    case 'values':
      return lacks.hasColumn(atom.column)
    case 'partner':
      return lacks.hasColumn(atom.column) && (atom.of === 'parent' || all('evolver', [atom.of.arm]))
    case 'export':
    case 'subset':
      return all(atom.is, [atom.id])
    case 'origin':
      return (
        all('seed set', atom.seedSets) && all('evolver', atom.arms) && all('round', atom.rounds)
      )
    case 'rows':
      return all(
        'file',
        atom.files.map(({ cellId }) => cellId),
      )
    case 'similar':
      return 'cellId' in atom.to ? all('file', [atom.to.cellId]) : true
    case 'outcome':
      return all('benchmark', [`${benchmarkKey(atom.benchmark)}, ${atom.metric}`])
    case 'area':
      return all('map', [atom.map])
    case 'response':
      return atom.set === undefined || all('response set', [atom.set])
    default:
      return true
  }
}

/** Returns a condition of which the parts that mean nothing here are switched off. */
function checkedCondition(lacks: Lacks, condition: Condition): Condition {
  const each = (parts: Condition[]) => parts.map((part) => checkedCondition(lacks, part))
  if ('all' in condition) return { all: each(condition.all) }
  if ('any' in condition) return { any: each(condition.any) }
  if ('not' in condition) return { not: checkedCondition(lacks, condition.not) }
  if ('off' in condition || isWhole(lacks, condition)) return condition
  return { off: condition }
}

function checkedFilter(lacks: Lacks, filter: RowFilter): RowFilter {
  const { partners, exports, where } = filter
  const whole =
    <P extends object>(is: string) =>
    (part: P) =>
      isWhole(lacks, { is, ...part } as never)
  return {
    ...filter,
    seedSets: filter.seedSets.filter((key) => lacks.has('seed set', key)),
    arms: filter.arms.filter((key) => lacks.has('evolver', key)),
    rounds: filter.rounds.filter((round) => lacks.has('round', round)),
    ranges: filter.ranges.filter(whole('range')),
    values: filter.values.filter(whole('values')),
    ...(partners ? { partners: partners.filter(whole('partner')) } : {}),
    ...(exports ? { exports: exports.filter(whole('export')) } : {}),
    ...(where ? { where: checkedCondition(lacks, where) } : {}),
  }
}

function checkedRule(lacks: Lacks, rule: SubsetRule): SubsetRule {
  if (rule.rule === 'filter') return { ...rule, filter: checkedFilter(lacks, rule.filter) }
  const lost = columnsOfRule(rule).filter((id) => !lacks.hasColumn(id))
  return lost.length > 0 ? { ...rule, off: true } : rule
}

/** Returns options of figures without those whose column is not there. */
function checkedOptions(lacks: Lacks, options: Record<string, unknown>): Record<string, unknown> {
  const figures = Object.entries(options).filter(([id]) => lacks.has('figure', id))
  const cleaned = figures.map(([id, own]) => {
    const kept = Object.entries(plainObjectSchema.catch({}).parse(own)).filter(
      ([, value]) => typeof value !== 'string' || lacks.fits(value),
    )
    return [id, Object.fromEntries(kept)] as const
  })
  return Object.fromEntries(cleaned)
}

/** Returns a part of an address as this study can show it; null leaves it out. */
type Check = (text: string, lacks: Lacks) => string | null

const one =
  (has: (lacks: Lacks, text: string) => boolean): Check =>
  (text, lacks) =>
    has(lacks, text) ? text : null
const list =
  (has: (lacks: Lacks, text: string) => boolean): Check =>
  (text, lacks) => {
    const kept = text.split(',').filter((part) => has(lacks, part.replaceAll('%2C', ',')))
    return kept.length > 0 ? kept.join() : null
  }
const json =
  <Value>(read: (value: unknown) => Value, check: (lacks: Lacks, value: Value) => Value): Check =>
  (text, lacks) =>
    JSON.stringify(check(lacks, read(JSON.parse(text))))

const isThere = (what: What) => (lacks: Lacks, text: string) => lacks.has(what, text)
const fits = (lacks: Lacks, text: string) => lacks.fits(text)
const side = (lacks: Lacks, text: string) => {
  const parsed = parseSide(text)
  return parsed === null || (lacks.has('evolver', parsed.arm) && lacks.has('round', parsed.round))
}

/** What stands in the address of every page. */
const OF_ALL: Record<string, Check> = {
  filter: json(rowFilterSchema.parse, checkedFilter),
  sort: one((lacks, text) => lacks.fits(text.replace(/^-/, ''))),
  cols: list(fits),
  card: one(fits),
  row: one((lacks, text) => lacks.has('file', text.replace(/\.\d+$/, ''))),
}

/** What stands in the address of one page and names something of the study. */
const OF_PAGE: Partial<Record<PageState['page'], Record<string, Check>>> = {
  overview: { run: one(isThere('run')) },
  rows: { order: list(fits), pins: list(fits) },
  lineage: {
    metric: one(fits),
    order: one((lacks, text) => {
      const [column = '', , ...arm] = text.replace(/^-/, '').split('~')
      return lacks.fits(column) && (arm.join('~') === '' || lacks.has('evolver', arm.join('~')))
    }),
  },
  figures: {
    figures: json(plainObjectSchema.parse, checkedOptions),
    brush: one((lacks, text) => text.split(',').every((part) => lacks.fits(part))),
  },
  map: { map: one(isThere('map')), by: one(fits) },
  compare: {
    a: one(side),
    b: one(side),
    more: list(side),
    sets: list(isThere('seed set')),
    metric: one(fits),
    metrics: list(fits),
    length: one(fits),
    flag: one(fits),
  },
  agreement: { runs: list(isThere('run')) },
  export: { responses: one(isThere('response set')) },
  claims: { small: one(isThere('evolver')), large: one(isThere('evolver')) },
  subsets: {
    rules: json(subsetRulesSchema.parse, (lacks, rules) =>
      rules.map((rule) => checkedRule(lacks, rule)),
    ),
    compare: list(isThere('subset')),
    by: list(fits),
  },
}

/** Returns the state of a page as a study can show it, with what it lacks. */
export function checkState(
  db: Db,
  studyId: string,
  { page, params }: PageState,
): Pick<CheckedView, 'state' | 'missing'> {
  const lacks = new Lacks(db, studyId)
  const checks = { ...OF_ALL, ...OF_PAGE[page] }
  const kept: Record<string, string> = {}
  for (const [name, text] of Object.entries(params)) {
    let shown: string | null
    try {
      shown = checks[name]?.(text, lacks) ?? (checks[name] ? null : text)
    } catch {
      // JSON of another shape: the page would not understand it either.
      lacks.has('part that can be read', name)
      shown = null
    }
    if (shown !== null) kept[name] = shown
  }
  return { state: { page, params: kept }, missing: lacks.missing }
}

/** Returns a view file as a study can show it and what the study lacks of it; nothing is saved. Throws `invalid_input` for another file. */
export function checkViewFile(db: Db, studyId: string, text: string): CheckedView {
  const study = getStudy(db, studyId)
  const file = parseYamlFile(text, viewFileSchema, 'view file')
  return {
    name: file.name,
    from: file.study.id === study.id ? null : file.study.name,
    ...checkState(db, studyId, file.state),
  }
}
