'use client'

import { Button, Checkbox, Popover, Stack } from '@mantine/core'
import { IconColumns3 } from '@tabler/icons-react'
import { byGroup } from '@/components/ui/by-group'
import { isComparable } from '@/lib/contracts/column-kinds'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './compare.module.css'

interface MetricPickerProps {
  study: StudyDetail
  chosen: readonly string[]
  onChange(metrics: string[]): void
}

/** Which metrics the summary shows; they are one family of tests. */
export function MetricPicker({ study, chosen, onChange }: MetricPickerProps) {
  const columns = study.columns.filter((column) => !column.hidden && isComparable(column.shape))
  const toggle = (id: string) => {
    const next = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]
    // An empty list means the default metrics, which is not what deselecting the last one asks for.
    if (next.length > 0) onChange(next)
  }
  return (
    <Popover position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={14} />}>
          Metrics
        </Button>
      </Popover.Target>
      <Popover.Dropdown mah={420} className={classes.metrics}>
        <Stack gap="xs">
          {byGroup(columns).map(([group, ofGroup]) => (
            <Checkbox.Group key={group} label={group} value={[...chosen]}>
              <Stack gap={4} mt={4}>
                {ofGroup.map((column) => (
                  <Checkbox
                    key={column.id}
                    value={column.id}
                    label={column.label}
                    onChange={() => toggle(column.id)}
                  />
                ))}
              </Stack>
            </Checkbox.Group>
          ))}
          <Button variant="subtle" onClick={() => onChange([])}>
            Default metrics
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
