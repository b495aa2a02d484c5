'use client'

import { Group, NumberInput, Radio, Stack } from '@mantine/core'
import { isFiltered } from '@/components/hooks/use-view-state'
import type { RowFilter } from '@/lib/contracts/filter'
import type { RowSet } from '@/lib/contracts/run'

// Enough slots for a first look at every round; small enough for minutes on a laptop.
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
      description="Rows that already have a value under the same definition are not computed again."
      value={value.kind}
      onChange={choose}
    >
      <Stack gap={6} mt={6}>
        <Radio value="all" label="All rows" />
        <Radio
          value="filter"
          disabled={!filtered}
          label={
            filtered ? 'Rows of the current filter' : 'Rows of the current filter (none is set)'
          }
        />
        <Radio
          value="sample"
          label="A seeded sample of slots, the same on every evolver and round"
        />
        {value.kind === 'sample' ? (
          <Group gap="sm" pl={28}>
            <NumberInput
              label="Slots of each seed set"
              w={160}
              min={1}
              allowDecimal={false}
              value={value.slots}
              onChange={(slots) => onChange({ ...value, slots: Number(slots) || 1 })}
            />
            <NumberInput
              label="Seed of the draw"
              w={160}
              allowDecimal={false}
              value={value.seed}
              onChange={(seed) => onChange({ ...value, seed: Number(seed) || 0 })}
            />
          </Group>
        ) : null}
      </Stack>
    </Radio.Group>
  )
}
