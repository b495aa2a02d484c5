'use client'

import { useState } from 'react'
import { useDeleteResultFile, useRestoreResultFile } from '@/components/hooks/use-results'
import { formatBytes, formatCount, formatDateTime, shortHash } from '@/components/ui/format'
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

interface ModelsProps {
  detail: StudyDetail
  models: readonly MappedModel[]
}

/** What each model of the files was trained on. */
function Models({ detail, models }: ModelsProps) {
  const [open, setOpen] = useState<MappedModel | null>(null)
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
        <LinkButton onClick={() => setOpen(model)} aria-label={`Edit ${model.model}`}>
          Edit
        </LinkButton>
      ),
    },
  ]
  return (
    <Section title="Models" note="what each of them was trained on">
      <Table
        label="Models"
        columns={columns}
        rows={models}
        keyOf={({ source, model }) => `${source}/${model}`}
      />
      {open ? <ModelDialog detail={detail} model={open} onClose={() => setOpen(null)} /> : null}
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
