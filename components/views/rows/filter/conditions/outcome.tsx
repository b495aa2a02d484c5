import { Select } from '@mantine/core'
import { TypedNumber } from '@/components/fields/typed-number'
import { useResults } from '@/components/hooks/use-results'
import { outcomeChoices } from '@/lib/contracts/results'
import type { Editor } from './types'

const nameOf = ({ benchmark, metric }: { benchmark: string; metric: string }) =>
  `${benchmark}, ${metric}`

export const OutcomeCondition: Editor<'outcome'> = ({ detail, atom, onChange }) => {
  const { data } = useResults(detail.study.id)
  const choices = outcomeChoices(data?.results ?? [])
  const own = nameOf(atom)
  return (
    <>
      <span>Trained models:</span>
      <Select
        aria-label="Benchmark and metric"
        size="xs"
        flex="1 1 180px"
        searchable
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        data={[...new Set([own, ...choices.map(nameOf)])]}
        value={own}
        onChange={(name) => {
          const chosen = choices.find((one) => nameOf(one) === name)
          if (chosen) onChange({ ...atom, ...chosen })
        }}
      />
      <TypedNumber
        aria-label="Result, at least"
        size="xs"
        w={80}
        placeholder="any"
        value={atom.min}
        onChange={(min) => onChange({ ...atom, min })}
      />
      <span className="ev-dim">to</span>
      <TypedNumber
        aria-label="Result, at most"
        size="xs"
        w={80}
        placeholder="any"
        value={atom.max}
        onChange={(max) => onChange({ ...atom, max })}
      />
      <Select
        aria-label="Of which models"
        size="xs"
        w={130}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        data={[
          { value: 'any', label: 'of any model' },
          { value: 'every', label: 'of every model' },
        ]}
        value={atom.every ? 'every' : 'any'}
        onChange={(next) => onChange({ ...atom, every: next === 'every' })}
      />
    </>
  )
}
