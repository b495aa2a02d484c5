'use client'

import { ActionIcon, Button, Group, Modal, Stack } from '@mantine/core'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useDeleteFormula, useFormulas, useRestoreFormula } from '@/components/hooks/use-formulas'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { Formula } from '@/lib/contracts/formula'
import type { StudyDetail } from '@/lib/contracts/study'
import { FormulaForm } from './formula-form'

interface FormulaDialogProps {
  detail: StudyDetail
  /** Called with the column that was made or changed. */
  onDone(column: string): void
  onClose(): void
}

/** The study's formula columns: to add one, change or delete it. */
export function FormulaDialog({ detail, onDone, onClose }: FormulaDialogProps) {
  const studyId = detail.study.id
  const [edited, setEdited] = useState<Formula | null>(null)
  const query = useFormulas(studyId)
  const remove = useDeleteFormula(studyId)
  const restore = useRestoreFormula(studyId)

  const close = () => {
    setEdited(null)
    onClose()
  }
  const removeOne = ({ id, name }: Formula) =>
    remove.mutate(id, {
      onSuccess: () => {
        if (edited?.id === id) setEdited(null)
        notifyUndo(`The column "${name}" was deleted.`, () => restore.mutate(id))
      },
      onError: (error) => notifyError('The column was not deleted', error),
    })
  const columns: Column<Formula>[] = [
    { name: 'Name', kind: 'name', cell: ({ name }) => name },
    { name: 'Formula', kind: 'code', cell: ({ text }) => text },
    { name: 'Version', kind: 'number', cell: ({ version }) => version },
    {
      name: 'Actions',
      cell: (formula) => (
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="subtle"
            aria-label={`Change ${formula.name}`}
            onClick={() => setEdited(formula)}
          >
            <IconPencil size={14} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            aria-label={`Delete ${formula.name}`}
            onClick={() => removeOne(formula)}
          >
            <IconTrash size={14} />
          </ActionIcon>
        </Group>
      ),
    },
  ]
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={edited ? `Change ${edited.name}` : 'New column from a formula'}
    >
      <Stack>
        <FormulaForm
          key={edited?.id ?? ''}
          {...{ detail, edited }}
          onDone={(column) => {
            close()
            onDone(column)
          }}
          onClose={close}
        />
        <QueryState query={query} what="The formula columns could not be read" lines={2}>
          {(all) =>
            all.length > 0 ? (
              <Table label="Formula columns" columns={columns} rows={all} keyOf="id" />
            ) : null
          }
        </QueryState>
        {edited ? (
          <Group>
            <Button variant="subtle" size="compact-sm" onClick={() => setEdited(null)}>
              New column instead
            </Button>
          </Group>
        ) : null}
      </Stack>
    </Modal>
  )
}
