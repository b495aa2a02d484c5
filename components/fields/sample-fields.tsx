'use client'

import { Group, NumberInput } from '@mantine/core'

interface Sample {
  slots: number
  seed: number
}

/** How many seeds of each seed set a sample has, and the random seed that draws them. */
export function SampleFields({
  value,
  onChange,
}: {
  value: Sample
  onChange(value: Sample): void
}) {
  return (
    <Group grow align="flex-start">
      <NumberInput
        label="Seeds per seed set"
        description="Their rows in every evolver and round."
        min={1}
        allowDecimal={false}
        value={value.slots}
        onChange={(slots) => onChange({ ...value, slots: Number(slots) || 1 })}
      />
      <NumberInput
        label="Random seed"
        description="The same random seed draws the same rows."
        allowDecimal={false}
        value={value.seed}
        onChange={(seed) => onChange({ ...value, seed: Number(seed) || 0 })}
      />
    </Group>
  )
}
