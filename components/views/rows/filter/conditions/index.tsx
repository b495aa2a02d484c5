import type { Atom, AtomOf } from '@/lib/contracts/condition'
import { isCoded, isYesNo, matchesOf } from '@/lib/contracts/column-kinds'
import type { outcomeChoices } from '@/lib/contracts/results'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { offeredColumns } from '../../table/row-columns'
import { ExportCondition } from './export'
import { MarksCondition } from './marks'
import { OperatorsCondition } from './operators'
import { OriginCondition } from './origin'
import { OutcomeCondition } from './outcome'
import { PartnerCondition } from './partner'
import { RangeCondition } from './range'
import { ResponseCondition } from './response'
import { StatedCondition } from './stated'
import { textCondition } from './text'
import type { Editor, EditorProps } from './types'
import { ValuesCondition } from './values'

/** The fields of every kind of condition; a new kind is a file and a line here. */
const EDITORS: { [Is in Atom['is']]: Editor<Is> } = {
  range: RangeCondition,
  values: ValuesCondition,
  partner: PartnerCondition,
  export: ExportCondition,
  origin: OriginCondition,
  operators: OperatorsCondition,
  marks: MarksCondition,
  text: textCondition<AtomOf<'text'>>({ label: 'Text contains', of: 'text' }),
  words: textCondition<AtomOf<'words'>>({ label: 'Has the words', of: 'query', isNeeded: true }),
  regex: textCondition<AtomOf<'regex'>>({ label: 'Matches', of: 'pattern', isNeeded: true }),
  note: textCondition<AtomOf<'note'>>({ label: 'Note contains', of: 'text' }),
  response: ResponseCondition,
  rows: StatedCondition,
  subset: StatedCondition,
  similar: StatedCondition,
  area: StatedCondition,
  repeats: StatedCondition,
  outcome: OutcomeCondition,
}

export function AtomEditor(props: EditorProps<Atom>) {
  const Fields = EDITORS[props.atom.is] as Editor<Atom['is']>
  return <Fields {...props} />
}

interface Offered {
  group: string
  label: string
  atom: Atom
}

const OF_ROWS: readonly Offered[] = [
  {
    group: 'Rows',
    label: 'Seed set, evolver, round',
    atom: { is: 'origin', seedSets: [], arms: [], rounds: [] },
  },
  { group: 'Rows', label: 'Operator', atom: { is: 'operators', names: [] } },
  { group: 'Rows', label: 'Mark', atom: { is: 'marks', kinds: [] } },
  { group: 'Rows', label: 'Text', atom: { is: 'text', text: '' } },
  { group: 'Rows', label: 'Words', atom: { is: 'words', query: 'word' } },
  { group: 'Rows', label: 'Regular expression', atom: { is: 'regex', pattern: '\\w+' } },
  { group: 'Rows', label: 'Note', atom: { is: 'note', text: '' } },
  { group: 'Rows', label: 'Response', atom: { is: 'response', states: ['truncated'] } },
  {
    group: 'Rows',
    label: 'Exact copies: one of each group',
    atom: { is: 'repeats', of: 'exact', likeness: 1, keep: 'representatives' },
  },
]

function ofColumn(column: ColumnInfo): Offered[] {
  const { id, label, group, shape } = column
  if (isCoded(shape) || isYesNo(column)) {
    const match = matchesOf(shape)[0] ?? 'any'
    return [{ group, label, atom: { is: 'values', column: id, match, values: [], missing: false } }]
  }
  if (shape !== 'scalar' && shape !== 'enum') return []
  const open = { column: id, min: null, max: null }
  return [{ group, label, atom: { is: 'range', ...open, missing: false } }]
}

function ofParent(column: ColumnInfo): Offered[] {
  if (column.shape !== 'scalar' && column.shape !== 'enum') return []
  const open = { column: column.id, min: null, max: null }
  const label = `${column.group}: ${column.label}`
  return [
    {
      group: 'Parent, or other evolver at the same seed',
      label,
      atom: { is: 'partner', of: 'parent', ...open },
    },
  ]
}

/** Every condition that can be added in a study, by heading. */
export function offeredConditions(
  detail: StudyDetail,
  exports: readonly { id: string; name: string }[],
  outcomes: ReturnType<typeof outcomeChoices>,
): Offered[] {
  const columns = offeredColumns(detail)
  return [
    ...OF_ROWS,
    ...columns.flatMap(ofColumn),
    ...columns.flatMap(ofParent),
    ...exports.map(({ id, name }): Offered => ({
      group: 'Saved exports',
      label: name,
      atom: { is: 'export', id, inside: true },
    })),
    ...outcomes.map(({ benchmark, metric }): Offered => ({
      group: 'Results of models trained on the row',
      label: `${benchmark}, ${metric}`,
      atom: { is: 'outcome', benchmark, metric, min: null, max: null, every: false },
    })),
  ]
}
