import { formatCount, formatShare, formatValue, shortHash } from '@/lib/contracts/format'
import { MATCH_TEXT } from '@/lib/contracts/column-kinds'
import type { PartnerFilter, RangeFilter, ValueFilter } from '@/lib/contracts/column-filter'
import { isOn, type Atom, type AtomOf, type Condition } from '@/lib/contracts/condition'
import { markedText } from '@/lib/contracts/decisions'
import type { FindField } from '@/lib/contracts/find'
import type { RowSample } from '@/lib/contracts/filter'
import { MARK_KINDS } from '@/lib/contracts/rows'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import type { StudyDetail } from '@/lib/contracts/study'
import { columnName } from './column-name'

/** Marks as a list offers them. */
export const MARK_OPTIONS = MARK_KINDS.map((kind) => ({ value: kind, label: markedText(kind) }))

/** What a text calls the things that a filter names by key. */
export interface FilterNames {
  study: StudyDetail | undefined
  /** Names of saved exports by id. */
  exports: ReadonlyMap<string, string>
}

export function armText(key: string, { study }: FilterNames): string {
  return key === SEEDS_KEY
    ? SEEDS_LABEL
    : (study?.arms.find((arm) => arm.key === key)?.label ?? key)
}

export function seedSetText(key: string, { study }: FilterNames): string {
  return study?.seedSets.find((set) => set.key === key)?.label ?? key
}

export function roundsText(rounds: readonly number[]): string {
  return `Round ${rounds.toSorted((a, b) => a - b).join(', ')}`
}

function columnOf(id: string, { study }: FilterNames) {
  return study?.columns.find((one) => one.id === id.split('@')[0])
}

export function rangeText(range: RangeFilter, names: FilterNames): string {
  const column = columnOf(range.column, names)
  const label = column ? columnName(column) : range.column
  const show = (value: number) => column?.levels?.[value - 1] ?? formatValue(value)
  const missing = range.missing ? ' or missing' : ''
  if (range.min !== null && range.min === range.max)
    return `${label} = ${show(range.min)}${missing}`
  if (range.min === null && range.max === null) return `${label} has a value`
  if (range.min === null) return `${label} ≤ ${show(range.max ?? 0)}${missing}`
  if (range.max === null) return `${label} ≥ ${show(range.min)}${missing}`
  return `${label} ${show(range.min)} to ${show(range.max)}${missing}`
}

export function valuesText(
  { column: id, match, values, missing }: ValueFilter,
  names: FilterNames,
): string {
  const column = columnOf(id, names)
  const label = column ? columnName(column) : id
  if (values.length === 0) return missing ? `${label} is missing` : `${label} has a value`
  const words = values.map((value) => `"${value}"`).join(', ')
  return `${label} ${MATCH_TEXT[match]} ${words}${missing ? ' or missing' : ''}`
}

export function partnerText(one: PartnerFilter, names: FilterNames): string {
  const whose = one.of === 'parent' ? 'Parent' : `${armText(one.of.arm, names)} at the same seed`
  return `${whose}: ${rangeText({ ...one, missing: false }, names)}`
}

export function exportText(one: { id: string; inside: boolean }, names: FilterNames): string {
  return `${one.inside ? 'In' : 'Not in'} export "${names.exports.get(one.id) ?? one.id}"`
}

export function sampleText({ rows, share, seed }: RowSample): string {
  const size = rows === undefined ? formatShare(share ?? 0) : `${formatCount(rows)} rows`
  return `Sample of ${size}, random seed ${seed}`
}

/** Copies of each kind that are at least so alike. */
const COPIES: Record<AtomOf<'repeats'>['of'], (likeness: number) => string> = {
  exact: () => 'exact copies',
  near: (likeness) => `near copies (cosine at least ${likeness})`,
  wording: (likeness) => `copies in wording (at least ${formatShare(likeness)} in common)`,
}

const placeText = (atom: { in?: FindField }) => (atom.in ? ` in the ${atom.in}` : '')

const or = (parts: readonly string[]) => parts.join(' or ')

/** States of a response as a list offers them. */
export const RESPONSE_TEXT = {
  present: 'Present',
  truncated: 'Cut by the token limit',
  failed: 'Failed',
  missing: 'Missing',
}

/** How each kind of condition reads; a new kind is a line here. */
const ATOM_TEXT: { [Is in Atom['is']]: (atom: AtomOf<Is>, names: FilterNames) => string } = {
  range: rangeText,
  values: valuesText,
  partner: partnerText,
  export: exportText,
  origin({ seedSets, arms, rounds }, names) {
    const parts = [
      or(seedSets.map((key) => seedSetText(key, names))),
      or(arms.map((key) => armText(key, names))),
      rounds.length > 0 ? roundsText(rounds) : '',
    ].filter((text) => text !== '')
    return parts.length > 0 ? parts.join(', ') : 'Any file'
  },
  operators: ({ names }) =>
    names.length > 0 ? `Operator ${or(names)}` : 'Operator: none of them chosen yet',
  marks({ kinds, tags = [] }) {
    const said = [...kinds.map(markedText), ...tags.map((tag) => `Tag "${tag}"`)]
    return said.length > 0 ? or(said) : 'Mark: none chosen yet'
  },
  subset: ({ id, inside }, { exports }) =>
    `${inside ? 'In' : 'Not in'} subset "${exports.get(id) ?? id}"`,
  text: (atom) =>
    `Text "${atom.text}"${placeText(atom)}${atom.matchCase ? ', capital letters count' : ''}`,
  words: (atom) => `Words ${atom.query}${placeText(atom)}`,
  regex: (atom) => `Matches /${atom.pattern}/${atom.ignoreCase ? 'i' : ''}${placeText(atom)}`,
  similar({ to, top, within }) {
    const what = 'text' in to ? `the text "${to.text}"` : `row ${to.idx + 1} of a file`
    return `Among the ${formatCount(top)} rows of the ${within ?? 'study'} most similar to ${what}`
  },
  area: ({ polygon }) => `Inside of an area of the map (${polygon.length} corners)`,
  repeats: ({ of, likeness, keep, across }) =>
    `${keep === 'members' ? 'Only' : 'One of each group of'} ${COPIES[of](likeness)}${across ? ' across files' : ''}`,
  outcome({ benchmark, metric, min, max, every }) {
    const range = rangeText(
      { column: `${benchmark} ${metric}`, min, max, missing: false },
      {
        study: undefined,
        exports: new Map(),
      },
    )
    return `${every ? 'Every' : 'A'} model trained on the row: ${range}`
  },
  note: ({ text }) => `Note contains "${text}"`,
  response({ states, set }) {
    const which = set === undefined ? '' : ` in the response set ${shortHash(set)}`
    const said = or(states.map((state) => RESPONSE_TEXT[state].toLowerCase()))
    return `Response ${said || 'of no kind chosen yet'}${which}`
  },
  rows({ files }) {
    const n = files.reduce((sum, { rows }) => sum + rows.length, 0)
    return `${formatCount(n)} picked ${n === 1 ? 'row' : 'rows'}`
  },
}

function atomText<Is extends Atom['is']>(atom: { is: Is }, names: FilterNames): string {
  return ATOM_TEXT[atom.is](atom as AtomOf<Is>, names)
}

/** Returns a condition as one line, as a person would say it; what is switched off is left out. */
export function conditionText(condition: Condition, names: FilterNames, isInner = false): string {
  if ('is' in condition) return atomText(condition, names)
  if ('off' in condition || !isOn(condition)) return 'nothing'
  if ('not' in condition) return `not (${conditionText(condition.not, names)})`
  const [parts, word] = 'all' in condition ? [condition.all, ' and '] : [condition.any, ' or ']
  const on = parts.filter(isOn)
  if (on.length === 0) return 'all' in condition ? 'every row' : 'no row'
  const text = on.map((part) => conditionText(part, names, on.length > 1)).join(word)
  return isInner && on.length > 1 ? `(${text})` : text
}
