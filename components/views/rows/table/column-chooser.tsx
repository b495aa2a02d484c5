'use client'

import { Button, Checkbox, Fieldset, Group, Popover, ScrollArea, TextInput } from '@mantine/core'
import { IconColumns3 } from '@tabler/icons-react'
import { useState } from 'react'
import { byGroup } from '@/components/ui/by-group'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import { FormulaDialog } from '@/components/views/formulas/formula-dialog'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { offeredColumns, OWN_COLUMNS } from './row-columns'

interface ColumnChooserProps {
  detail: StudyDetail
  own: readonly string[]
  metrics: readonly ColumnInfo[]
  onOwn(ids: string[]): void
  onMetrics(ids: string[] | null): void
}

/** The columns of the table, grouped by metric. */
export function ColumnChooser({ detail, own, metrics, onOwn, onMetrics }: ColumnChooserProps) {
  const [text, setText] = useState('')
  const [dialog, setDialog] = useDialogParam(['formula'])
  const offered = offeredColumns(detail)
  const shownIds = metrics.map((column) => column.id)
  const matches = (label: string) => label.toLowerCase().includes(text.trim().toLowerCase())
  const order = offered.map((column) => column.id)

  const toggleMetric = (id: string, isOn: boolean) => {
    const next = isOn ? [...shownIds, id] : shownIds.filter((one) => one !== id)
    onMetrics(next.sort((a, b) => order.indexOf(a) - order.indexOf(b)))
  }
  const toggleOwn = (id: string, isOn: boolean) =>
    onOwn(isOn ? [...own, id] : own.filter((one) => one !== id))

  const section = (
    title: string,
    items: {
      id: string
      label: string
      title?: string
      isOn: boolean
      toggle(isOn: boolean): void
    }[],
  ) => {
    const found = items.filter((item) => matches(item.label) || matches(title))
    if (found.length === 0) return null
    return (
      <Fieldset key={title} variant="unstyled" legend={title} mb={12}>
        {found.map((item) => (
          <Checkbox
            key={item.id}
            my={4}
            label={item.label}
            title={item.title}
            checked={item.isOn}
            onChange={(event) => item.toggle(event.currentTarget.checked)}
          />
        ))}
      </Fieldset>
    )
  }

  return (
    <>
      <Popover position="bottom-end" width={320} trapFocus>
        <Popover.Target>
          <Button variant="default" leftSection={<IconColumns3 size={14} />}>
            Columns
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Columns">
          <TextInput
            aria-label="Find a column"
            placeholder="Find a column"
            value={text}
            mb={8}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <ScrollArea.Autosize mah={380} type="auto" viewportProps={{ tabIndex: 0 }}>
            {section(
              'Row',
              OWN_COLUMNS.map((column) => ({
                id: column.id,
                label: column.label,
                title: column.title,
                isOn: own.includes(column.id),
                toggle: (isOn) => toggleOwn(column.id, isOn),
              })),
            )}
            {byGroup(offered).map(([group, ofGroup]) =>
              section(
                group,
                ofGroup.map((column) => ({
                  id: column.id,
                  label: column.label,
                  title: column.description,
                  isOn: shownIds.includes(column.id),
                  toggle: (isOn) => toggleMetric(column.id, isOn),
                })),
              ),
            )}
          </ScrollArea.Autosize>
          <Group mt={8}>
            <Button variant="subtle" size="compact-sm" onClick={() => onMetrics(null)}>
              Default columns
            </Button>
            <Button variant="subtle" size="compact-sm" onClick={() => setDialog('formula')}>
              New column from a formula
            </Button>
          </Group>
        </Popover.Dropdown>
      </Popover>
      {dialog === 'formula' ? (
        <FormulaDialog
          detail={detail}
          onDone={(id) => shownIds.includes(id) || onMetrics([...shownIds, id])}
          onClose={() => setDialog(null)}
        />
      ) : null}
    </>
  )
}
