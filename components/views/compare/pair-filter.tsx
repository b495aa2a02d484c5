'use client'

import { NumberInput, Select } from '@mantine/core'
import type { PairFilter } from '@/lib/contracts/compare'

interface PairFilterProps {
  filter: PairFilter
  /** Levels of the column; null where it has none. */
  levels: readonly string[] | null
  onChange(changed: Partial<PairFilter>): void
}

/** Chooses which pairs are listed: by the size of the difference, and by levels where there are any. */
export function PairFilterFields({ filter, levels, onChange }: PairFilterProps) {
  const level = (side: 'A' | 'B', value: number | null, set: (level: number | null) => void) => (
    <Select
      aria-label={`Level of ${side}`}
      placeholder={`Level of ${side}`}
      data={(levels ?? []).map((name, i) => ({ value: String(i + 1), label: name }))}
      value={value === null ? null : String(value)}
      onChange={(chosen) => set(chosen === null ? null : Number(chosen))}
      clearable
      w={130}
    />
  )
  // Of two levels the upper one is yes.
  const reached = levels?.length === 2 ? `: ${levels[1]}` : ' reaches it'
  return (
    <>
      <NumberInput
        aria-label="Differ by at least"
        placeholder="Differ by at least"
        value={filter.atLeast ?? ''}
        onChange={(value) => onChange({ atLeast: typeof value === 'number' ? value : null })}
        min={0}
        w={150}
      />
      {levels ? (
        <>
          <Select
            aria-label="Side that alone reaches the level"
            placeholder="Both sides"
            data={[
              { value: 'a', label: `Only A${reached}` },
              { value: 'b', label: `Only B${reached}` },
            ]}
            value={filter.only}
            onChange={(value) => onChange({ only: value as PairFilter['only'] })}
            clearable
            w={160}
          />
          {level('A', filter.levelA, (levelA) => onChange({ levelA }))}
          {level('B', filter.levelB, (levelB) => onChange({ levelB }))}
        </>
      ) : null}
    </>
  )
}
