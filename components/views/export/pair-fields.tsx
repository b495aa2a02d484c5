'use client'

import { Checkbox, NumberInput, Select } from '@mantine/core'
import { useBlindSessions } from '@/components/hooks/use-blind'
import { isComparable } from '@/lib/contracts/column-kinds'
import { bySession, PAIRS_OF, pairChoiceSchema, type PairChoice } from '@/lib/contracts/export'
import type { StudyDetail } from '@/lib/contracts/study'

const FIELDS = pairChoiceSchema.shape
const OF = Object.entries(PAIRS_OF).map(([value, label]) => ({ value, label }))
const BETTER = [
  { value: 'higher', label: 'The higher value is better' },
  { value: 'lower', label: 'The lower value is better' },
]

interface PairFieldsProps {
  study: StudyDetail
  value: PairChoice | null
  onChange(pairs: PairChoice | null): void
}

/** Whether pairs are written in place of rows, of what, and what decides. */
export function PairFields({ study, value, onChange }: PairFieldsProps) {
  const { data: sessions } = useBlindSessions(study.study.id)
  const columns = study.columns
    .filter(({ hidden, shape }) => !hidden && isComparable(shape) && shape !== 'vector')
    .map(({ id, label }) => ({ value: id, label }))
  const ended = (sessions ?? [])
    .filter(({ endedAt }) => endedAt !== null)
    .map(({ id, person, question }) => ({ value: bySession(id), label: `${person}: ${question}` }))
  const first = columns[0]?.value ?? ended[0]?.value
  const isBlind = ended.some((one) => one.value === value?.by)
  return (
    <>
      <Checkbox
        label="Preference pairs"
        description={
          first === undefined
            ? 'Needs a column of numbers or levels, or a blind session that has ended.'
            : 'Writes pairs of a chosen and a rejected answer in place of rows: of two evolvers at one seed the better and the worse one. Ties are left out and counted.'
        }
        disabled={first === undefined && value === null}
        checked={value !== null}
        onChange={(event) =>
          onChange(
            event.currentTarget.checked && first !== undefined
              ? { of: 'response', by: first, better: 'higher', margin: 0 }
              : null,
          )
        }
      />
      {value === null ? null : (
        <>
          <Select
            label="What is paired"
            description={FIELDS.of.description}
            data={OF}
            value={value.of}
            onChange={(of) => of && onChange({ ...value, of: of as PairChoice['of'] })}
            allowDeselect={false}
            maw={340}
          />
          <Select
            label="What decides"
            description="A column of the study or the verdicts of a blind session."
            data={[
              { group: 'Columns', items: columns },
              { group: 'Blind sessions', items: ended },
            ]}
            value={value.by}
            onChange={(by) => by && onChange({ ...value, by })}
            allowDeselect={false}
            searchable
            maw={340}
          />
          {isBlind ? null : (
            <>
              <Select
                label="Better value"
                data={BETTER}
                value={value.better}
                onChange={(better) =>
                  better && onChange({ ...value, better: better as PairChoice['better'] })
                }
                allowDeselect={false}
                maw={340}
              />
              <NumberInput
                label="Margin of a tie"
                description={FIELDS.margin.description}
                min={0}
                value={value.margin}
                onChange={(margin) =>
                  typeof margin === 'number' && onChange({ ...value, margin: Math.max(0, margin) })
                }
                maw={340}
              />
            </>
          )}
        </>
      )}
    </>
  )
}
