import { Box, Radio, Stack } from '@mantine/core'
import { isFiltered } from '@/components/hooks/use-view-state'
import type { RowFilter } from '@/lib/contracts/filter'
import type { RowSet } from '@/lib/contracts/run'
import { SampleFields } from './sample-fields'

// Enough seeds for a first look at every round, few enough for some minutes on a laptop.
const DEFAULT_SLOTS = 100

interface RowSetFieldsProps {
  description: string
  filter: RowFilter
  value: RowSet
  onChange(value: RowSet): void
}

/** Which rows: all, those of the filter at hand, or a sample of seeds. */
export function RowSetFields({ description, filter, value, onChange }: RowSetFieldsProps) {
  const choose = (kind: string) => {
    if (kind === 'filter') onChange({ kind: 'filter', filter })
    else if (kind === 'sample') onChange({ kind: 'sample', slots: DEFAULT_SLOTS, seed: 1 })
    else onChange({ kind: 'all' })
  }
  const filtered = isFiltered(filter)
  return (
    <Radio.Group label="Rows" description={description} value={value.kind} onChange={choose}>
      <Stack gap={6} mt={6}>
        <Radio value="all" label="All rows" />
        <Radio
          value="filter"
          disabled={!filtered}
          label={
            filtered ? 'Rows of the current filter' : 'Rows of the current filter (no filter set)'
          }
        />
        <Radio
          value="sample"
          label="A random sample of seeds, the same in every evolver and round"
        />
        {value.kind === 'sample' ? (
          <Box pl={28} maw={520}>
            <SampleFields
              value={value}
              onChange={(sample) => onChange({ kind: 'sample', ...sample })}
            />
          </Box>
        ) : null}
      </Stack>
    </Radio.Group>
  )
}
