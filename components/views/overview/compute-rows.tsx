'use client'

import { Box, Radio, Stack } from '@mantine/core'
import { SampleFields } from '@/components/fields/sample-fields'
import { isFiltered } from '@/components/hooks/use-view-state'
import type { RowFilter } from '@/lib/contracts/filter'
import type { RowSet } from '@/lib/contracts/run'

// Enough seeds for a first look at every round, few enough for some minutes on a laptop.
const DEFAULT_SLOTS = 100

interface ComputeRowsProps {
  filter: RowFilter
  value: RowSet
  onChange(value: RowSet): void
}

export function ComputeRows({ filter, value, onChange }: ComputeRowsProps) {
  const choose = (kind: string) => {
    if (kind === 'filter') onChange({ kind: 'filter', filter })
    else if (kind === 'sample') onChange({ kind: 'sample', slots: DEFAULT_SLOTS, seed: 1 })
    else onChange({ kind: 'all' })
  }
  const filtered = isFiltered(filter)
  return (
    <Radio.Group
      label="Rows"
      description="Rows that already have a value for the same definition are not computed again."
      value={value.kind}
      onChange={choose}
    >
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
