'use client'

import { Text, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import { useDeleteResultFile, useRestoreResultFile } from '@/components/hooks/use-results'
import { formatBytes, formatCount, formatDateTime, shortHash } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { Table, type Column } from '@/components/ui/table'
import type { MappedModel, ResultFile, ResultList } from '@/lib/contracts/results'
import type { StudyDetail } from '@/lib/contracts/study'
import { ModelDialog } from './model-dialog'
import { evolverLabel } from './words'

const FROM: Record<MappedModel['from'], string> = {
  user: 'as you said',
  recipe: 'from the recipe in its name',
  other: 'as you said for another kind of file',
  none: 'not stated yet',
}

// More models than this are not found by looking.
const ON_ONE_SCREEN = 15
// Most of a screen, so that what stands below is seen to be there.
const TABLE_PX = 640

interface ModelsProps {
  detail: StudyDetail
  models: readonly MappedModel[]
}

/** What each model of the files was trained on. */
function Models({ detail, models }: ModelsProps) {
  const [open, setOpen] = useState<MappedModel | null>(null)
  const opener = useRef<HTMLElement | null>(null)
  const [wanted, setWanted] = useState('')
  const columns: readonly Column<MappedModel>[] = [
    { name: 'Model', kind: 'wrap', cell: ({ model }) => model },
    { name: 'Kind of file', kind: 'code', cell: ({ source }) => source },
    {
      name: 'Trained on',
      cell: ({ mapping: { armKey, round, seedSets } }) =>
        [
          evolverLabel(armKey, detail.arms),
          round === null ? '' : `round ${round}`,
          seedSets.join(', '),
        ]
          .filter(Boolean)
          .join(', '),
    },
    {
      name: 'Student',
      cell: ({ mapping: { student, size, tuning } }) =>
        [student, size, tuning].filter(Boolean).join(', '),
    },
    { name: 'Known', cell: ({ from }) => FROM[from] },
    { name: 'Results', kind: 'number', cell: ({ results }) => formatCount(results) },
    {
      name: 'Edit',
      cell: (model) => (
        <LinkButton
          onClick={(event) => {
            opener.current = event.currentTarget
            setOpen(model)
          }}
          aria-label={`Edit ${model.model}`}
        >
          Edit
        </LinkButton>
      ),
    },
  ]
  const named = models.filter(({ model }) =>
    model.toLowerCase().includes(wanted.trim().toLowerCase()),
  )
  const unknown = models.filter(({ from }) => from === 'none').length
  const left =
    unknown === 0 ? '' : `; ${formatCount(unknown)} of ${formatCount(models.length)} not stated yet`
  const close = () => {
    setOpen(null)
    // Once the dialog is gone: the keyboard goes on where it was.
    setTimeout(() => opener.current?.focus())
  }
  return (
    <Section
      title="Models"
      note={`what each of them was trained on${left}`}
      actions={
        models.length > ON_ONE_SCREEN ? (
          <TextInput
            aria-label="Find a model"
            placeholder="Find a model"
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
            w={260}
          />
        ) : null
      }
    >
      <Table
        label="Models"
        columns={columns}
        rows={named}
        keyOf={({ source, model }) => `${source}/${model}`}
        maxHeight={TABLE_PX}
      >
        {named.length === 0 ? <Text p={12}>No model has this in its name.</Text> : null}
      </Table>
      {open ? <ModelDialog detail={detail} model={open} onClose={close} /> : null}
    </Section>
  )
}

/** The files that the numbers came from; removing one can be undone. */
function Files({ studyId, files }: { studyId: string; files: readonly ResultFile[] }) {
  const remove = useDeleteResultFile(studyId)
  const restore = useRestoreResultFile(studyId)
  const onRemove = ({ id, name }: ResultFile) =>
    remove.mutate(id, {
      onSuccess: () => notifyUndo(`Removed: ${name}`, () => restore.mutate(id)),
      onError: (error) => notifyError('The file was not removed', error),
    })
  const columns: readonly Column<ResultFile>[] = [
    { name: 'File', kind: 'wrap', cell: ({ name }) => name },
    { name: 'Format', cell: ({ formatLabel }) => formatLabel },
    { name: 'Results', kind: 'number', cell: ({ results }) => formatCount(results) },
    { name: 'Size', kind: 'number', cell: ({ sizeBytes }) => formatBytes(sizeBytes) },
    {
      name: 'SHA-256',
      kind: 'code',
      hint: ({ sha256 }) => sha256,
      cell: ({ sha256 }) => shortHash(sha256),
    },
    { name: 'Imported', cell: ({ createdAt }) => formatDateTime(createdAt) },
    {
      name: 'Remove',
      cell: (file) => (
        <LinkButton onClick={() => onRemove(file)} aria-label={`Remove ${file.name}`}>
          Remove
        </LinkButton>
      ),
    },
  ]
  return (
    <Section title="Files">
      <Table label="Result files" columns={columns} rows={files} keyOf="id" />
    </Section>
  )
}

/** Models and files behind the results. */
export function ResultSources({ detail, list }: { detail: StudyDetail; list: ResultList }) {
  if (list.files.length === 0) return null
  return (
    <>
      <Models detail={detail} models={list.models} />
      <Files studyId={detail.study.id} files={list.files} />
    </>
  )
}
