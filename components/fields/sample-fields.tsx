'use client'

import { Group, NumberInput, type NumberInputProps } from '@mantine/core'

interface WholeNumberProps extends Omit<NumberInputProps, 'value' | 'min' | 'onChange'> {
  value: number
  /** Stands for an empty field, too. */
  min: number
  onChange(value: number): void
}

/** A field that always holds a whole number. */
export function WholeNumber({ min, onChange, ...more }: WholeNumberProps) {
  const set = (value: number | string) => onChange(Number(value) || min)
  return <NumberInput {...more} min={min} allowDecimal={false} onChange={set} />
}

interface RandomSeedProps {
  /** What it draws. */
  draws: 'rows' | 'pairs'
  value: number
  onChange(value: number): void
}

/** The random seed of a draw. */
export function RandomSeed({ draws, value, onChange }: RandomSeedProps) {
  const description = `The same random seed draws the same ${draws}.`
  return <WholeNumber {...{ label: 'Random seed', description, min: 0, value, onChange }} />
}

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
      <WholeNumber
        label="Seeds per seed set"
        description="Their rows in every evolver and round."
        min={1}
        value={value.slots}
        onChange={(slots) => onChange({ ...value, slots })}
      />
      <RandomSeed
        draws="rows"
        value={value.seed}
        onChange={(seed) => onChange({ ...value, seed })}
      />
    </Group>
  )
}
