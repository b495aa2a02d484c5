'use client'

import { Checkbox, Fieldset, Group, Text } from '@mantine/core'
import { Segments } from '@/components/fields/segments'
import { TypedNumber } from '@/components/fields/typed-number'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { formatCount } from '@/lib/contracts/format'
import type { Facets } from '@/lib/contracts/facets'
import { MAX_SEED, type RowFilter, type RowSample } from '@/lib/contracts/filter'

// What is proposed: enough rows for a look at a distribution, a share that anyone can picture.
const FIRST: RowSample = { rows: 1000, seed: 1 }
const FIRST_SHARE = 0.1

/** Percent without the digits that a division adds: 0.07 is 7. */
function percentOf(share: number): number {
  return Number((share * 100).toPrecision(12))
}

interface DrawnSampleProps {
  filter: RowFilter
  facets: Facets | undefined
  controls: ViewStateControls
}

/** A seeded random sample of what the rest of the filter keeps. */
export function DrawnSample({ filter, facets, controls }: DrawnSampleProps) {
  const { sample } = filter
  const set = (next: RowSample | undefined) => controls.setFilter({ sample: next })
  return (
    <Fieldset variant="unstyled" legend="Random sample">
      <Checkbox
        label="Draw a sample of the rows that are left"
        checked={sample !== undefined}
        onChange={() => set(sample ? undefined : FIRST)}
      />
      {sample ? (
        <>
          <Group gap={8} mt={6} align="flex-end">
            <Segments
              size="xs"
              label="Size of the sample in"
              options={{ rows: 'rows', share: '%' }}
              value={sample.rows === undefined ? 'share' : 'rows'}
              onChange={(unit) =>
                set(
                  unit === 'rows'
                    ? { ...FIRST, seed: sample.seed }
                    : { share: FIRST_SHARE, seed: sample.seed },
                )
              }
            />
            {sample.rows === undefined ? (
              <TypedNumber
                label="Percent"
                size="xs"
                w={110}
                min={0}
                max={100}
                value={percentOf(sample.share ?? FIRST_SHARE)}
                onChange={(percent) => {
                  const share = (percent ?? 0) / 100
                  if (share > 0 && share <= 1) set({ share, seed: sample.seed })
                }}
              />
            ) : (
              <TypedNumber
                label="Rows"
                size="xs"
                w={110}
                min={1}
                allowDecimal={false}
                value={sample.rows}
                onChange={(rows) => set({ rows: Math.max(1, rows ?? 1), seed: sample.seed })}
              />
            )}
            <TypedNumber
              label="Random seed"
              size="xs"
              w={110}
              min={0}
              max={MAX_SEED}
              allowDecimal={false}
              value={sample.seed}
              onChange={(seed) => set({ ...sample, seed: Math.max(0, seed ?? 0) })}
            />
          </Group>
          <Text size="xs" c="dimmed" mt={4}>
            {facets ? `${formatCount(facets.total)} rows are drawn. ` : ''}The counts above and the
            histograms of the table are before the sample.
          </Text>
        </>
      ) : null}
    </Fieldset>
  )
}
