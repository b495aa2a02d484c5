'use client'

import { Checkbox, MultiSelect, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ExportParams } from '@/components/hooks/use-export'
import { useViewState } from '@/components/hooks/use-view-state'
import { EXPORT_STAGES, exportRequestSchema, type ExportRequest } from '@/lib/contracts/export'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './export.module.css'

const FIELDS = exportRequestSchema.shape

const STAGE_CHOICES = [
  { value: 'sft', label: 'Answers to imitate (sft)' },
  { value: 'kto', label: 'Answers marked good or bad (kto)' },
  { value: 'dpo', label: 'Pairs of answers (dpo)' },
]

interface OptionProps {
  label: string
  description: string | undefined
  checked: boolean
  onChange(checked: boolean): void
}

function Option({ label, description, checked, onChange }: OptionProps) {
  return (
    <Checkbox
      label={label}
      description={description}
      checked={checked}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  )
}

interface ExportOptionsProps {
  study: StudyDetail
  request: ExportRequest
  params: ExportParams
  onChange(patch: Partial<ExportParams>): void
}

function NameInput({ request, onChange }: Pick<ExportOptionsProps, 'request' | 'onChange'>) {
  const [typed, setTyped] = useState(request.name)
  const parsed = FIELDS.name.safeParse(typed)
  return (
    <TextInput
      label="Name"
      description={FIELDS.name.description}
      value={typed}
      error={parsed.success ? null : parsed.error.issues[0]?.message}
      onChange={(event) => {
        const text = event.currentTarget.value
        setTyped(text)
        if (FIELDS.name.safeParse(text).success) onChange({ name: text })
      }}
      maw={340}
      spellCheck={false}
    />
  )
}

function MetricColumns({ study, request }: Pick<ExportOptionsProps, 'study' | 'request'>) {
  const { setColumns } = useViewState()
  const columns = study.columns.filter((column) => !column.hidden)
  return (
    <MultiSelect
      label="Metric columns"
      description="Each comes with a column that says why a value is missing."
      placeholder={request.state.columns.length === 0 ? 'The default of each metric' : ''}
      data={columns.map((column) => ({ value: column.id, label: column.label }))}
      value={request.state.columns.filter((id) => columns.some((column) => column.id === id))}
      onChange={(ids) => setColumns(ids.length > 0 ? ids : null)}
      searchable
      clearable
      maw={520}
    />
  )
}

/** Options of the chosen format; each explained by the contract's own words. */
export function ExportOptions({ study, request, params, onChange }: ExportOptionsProps) {
  const isBundle = request.format === 'llama-factory'
  return (
    <div className={`ev-panel ${classes.block}`}>
      <NameInput request={request} onChange={onChange} />
      {isBundle ? (
        <>
          <Select
            label="Training stage"
            description={FIELDS.stage.description}
            data={STAGE_CHOICES}
            value={params.stage}
            onChange={(value) => {
              const stage = EXPORT_STAGES.find((known) => known === value)
              if (stage) onChange({ stage })
            }}
            allowDeselect={false}
            maw={340}
          />
          <TextInput
            label="Chat template"
            description={FIELDS.template.description}
            value={params.template}
            onChange={(event) => onChange({ template: event.currentTarget.value })}
            maw={340}
            spellCheck={false}
          />
          <Option
            label="Fold input into the instruction"
            description={FIELDS.foldInput.description}
            checked={params.fold}
            onChange={(fold) => onChange({ fold })}
          />
          <Option
            label="Exclude rows that would not train"
            description={FIELDS.excludeBlocked.description}
            checked={params.exclude}
            onChange={(exclude) => onChange({ exclude })}
          />
          <Option
            label="Allow empty responses"
            description={FIELDS.allowEmptyResponses.description}
            checked={params.empty}
            onChange={(empty) => onChange({ empty })}
          />
          <p className={classes.note}>
            Lineage and every metric of each row go into the sidecar; the training file holds the
            texts only.
          </p>
        </>
      ) : (
        <>
          <Option
            label="Lineage columns"
            description={FIELDS.lineage.description}
            checked={params.lineage}
            onChange={(lineage) => onChange({ lineage })}
          />
          <Option
            label="Metric columns"
            description={FIELDS.metrics.description}
            checked={params.metrics}
            onChange={(metrics) => onChange({ metrics })}
          />
          {params.metrics ? <MetricColumns study={study} request={request} /> : null}
        </>
      )}
      {request.format === 'json' ? (
        <Option
          label="Indent"
          description={FIELDS.indent.description}
          checked={params.indent}
          onChange={(indent) => onChange({ indent })}
        />
      ) : null}
      {request.format === 'csv' ? (
        <>
          <Option
            label="Safe for spreadsheets"
            description={FIELDS.spreadsheetSafe.description}
            checked={params.safe}
            onChange={(safe) => onChange({ safe })}
          />
          <Option
            label="Byte-order mark"
            description={FIELDS.byteOrderMark.description}
            checked={params.bom}
            onChange={(bom) => onChange({ bom })}
          />
        </>
      ) : null}
    </div>
  )
}
