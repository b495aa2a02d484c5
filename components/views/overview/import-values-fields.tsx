'use client'

import { Select, SimpleGrid } from '@mantine/core'
import { placeKey } from '@/lib/contracts/import-matrix'
import { cellPlace } from '@/lib/contracts/seeds'
import type { ImportPlan, StudyDetail } from '@/lib/contracts/study'
import type { ValuesPart } from '@/lib/contracts/values-file'
import { movedTo } from './import-places'

interface ImportValuesFieldsProps {
  plan: ImportPlan
  parts: readonly ValuesPart[]
  detail: StudyDetail
  onChange(plan: ImportPlan): void
}

/** Whose rows the values of a file are, and which of its results is meant. */
export function ImportValuesFields({ plan, parts, detail, onChange }: ImportValuesFieldsProps) {
  const places = detail.cells.map((cell) => ({
    value: placeKey(cell),
    label: `${cellPlace(cell)}: ${cell.fileName}`,
  }))
  const move = (key: string | null) => {
    const cell = detail.cells.find((one) => placeKey(one) === key)
    if (cell) onChange(movedTo(plan, cell, [], detail))
  }
  const part = plan.part ?? (parts.length === 1 ? 1 : null)
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Select
        label="Values of the rows of"
        placeholder="Choose a file of the study"
        searchable
        data={places}
        value={places.some(({ value }) => value === placeKey(plan)) ? placeKey(plan) : null}
        onChange={move}
      />
      {parts.length > 0 ? (
        <Select
          label="Result"
          placeholder="Choose one"
          disabled={parts.length === 1}
          data={parts.map(({ label }, i) => ({
            value: String(i + 1),
            label: `${i + 1}: ${label}`,
          }))}
          value={part === null ? null : String(part)}
          onChange={(value) => value && onChange({ ...plan, part: Number(value), questions: [] })}
        />
      ) : null}
    </SimpleGrid>
  )
}
