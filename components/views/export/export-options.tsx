'use client'

import { Autocomplete, Checkbox, MultiSelect, Radio, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useBackends } from '@/components/hooks/use-backends'
import type { ExportParams } from '@/components/hooks/use-export'
import { useResponseSets } from '@/components/hooks/use-responses'
import { useViewState } from '@/components/hooks/use-view-state'
import { exportFieldsSchema, type ExportFormat, type ExportRequest } from '@/lib/contracts/export'
import type { OptionField } from '@/lib/contracts/options'
import type { StudyDetail } from '@/lib/contracts/study'
import { PairFields } from './pair-fields'
import classes from './export.module.css'

const FIELDS = exportFieldsSchema.shape

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
  /** Columns that the rows have. */
  written: readonly string[]
  study: StudyDetail
  request: ExportRequest
  format: ExportFormat
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

function ChosenColumns({
  request,
  written,
  onChange,
}: Pick<ExportOptionsProps, 'request' | 'written' | 'onChange'>) {
  const chosen = request.only ?? []
  return (
    <MultiSelect
      label="Columns"
      description="Writes the chosen columns only. A bundle for training keeps the columns that it trains on and lineage; the choice is that of its sidecar."
      placeholder={chosen.length === 0 ? 'All' : ''}
      data={[...new Set([...written, ...chosen])]}
      value={[...chosen]}
      onChange={(only) => onChange({ only: only.length > 0 ? only : null })}
      searchable
      clearable
      maw={520}
    />
  )
}

function ChosenResponses({
  study,
  request,
  onChange,
}: Pick<ExportOptionsProps, 'study' | 'request' | 'onChange'>) {
  const sets = useResponseSets(study.study.id).data ?? []
  if (sets.length < 2 && request.responses === undefined) return null
  return (
    <Select
      label="Responses"
      description="Rows that the chosen set does not answer are written without a response."
      data={[
        { value: '', label: 'The current set of each file' },
        ...sets.map(({ key, label }) => ({ value: key, label })),
      ]}
      value={request.responses ?? ''}
      onChange={(key) => onChange({ responses: key || null })}
      allowDeselect={false}
      maw={520}
    />
  )
}

interface FormatChoiceProps {
  formats: readonly ExportFormat[]
  value: string
  onChange(format: string): void
}

/** The formats with what each holds and what it cannot. */
export function FormatChoice({ formats, value, onChange }: FormatChoiceProps) {
  return (
    <Radio.Group aria-label="Format" value={value} onChange={onChange}>
      <div className={classes.formats}>
        {formats.map(({ id, label, description }) => (
          <Radio.Card key={id} value={id} className={classes.format}>
            <Radio.Indicator />
            <span>
              <strong>{label}</strong>
              <span className={classes.formatText}>{description}</span>
            </span>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  )
}

interface FormatFieldProps {
  field: OptionField
  value: boolean | string
  onChange(value: boolean | string): void
}

function FormatField({ field, value, onChange }: FormatFieldProps) {
  const { title, description, kind, choices } = field
  if (kind === 'switch') {
    return (
      <Option
        label={title}
        description={description}
        checked={value === true}
        onChange={onChange}
      />
    )
  }
  const shared = { label: title, description, value: String(value), maw: 340 }
  if (kind === 'choice') {
    return (
      <Select
        {...shared}
        data={choices}
        onChange={(next) => next !== null && onChange(next)}
        allowDeselect={false}
      />
    )
  }
  if (field.backends !== undefined)
    return <BackendField {...shared} capability={field.backends} onChange={onChange} />
  return (
    <TextInput
      {...shared}
      onChange={(event) => onChange(event.currentTarget.value)}
      spellCheck={false}
    />
  )
}

interface BackendFieldProps {
  label: string
  description: string
  value: string
  capability: string
  onChange(value: string): void
}

/** A text for which backends are proposed; it counts when it is whole, not at each letter of a path. */
function BackendField({ value, capability, onChange, ...shared }: BackendFieldProps) {
  const [typed, setTyped] = useState(value)
  const { data: backends } = useBackends()
  const offered = backends?.filter(({ offers }) => offers.includes(capability)) ?? []
  const commit = () => typed !== value && onChange(typed.trim())
  return (
    <Autocomplete
      {...shared}
      maw={520}
      placeholder="None"
      data={[...new Set(offered.map(({ label }) => label))]}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={onChange}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
      spellCheck={false}
    />
  )
}

/** Returns the options with one of them changed; what has its default is left out. */
function changed(options: ExportParams['options'], field: OptionField, value: boolean | string) {
  const { [field.name]: _, ...others } = options
  return value === field.default ? others : { ...others, [field.name]: value }
}

/** Options of the chosen format; each explained in the words of the format itself. */
export function ExportOptions({ study, request, format, written, onChange }: ExportOptionsProps) {
  const { options } = request
  return (
    <div className={`ev-panel ${classes.block}`}>
      <NameInput request={request} onChange={onChange} />
      {format.hasSidecar ? null : (
        <>
          <Option
            label="Lineage columns"
            description={FIELDS.lineage.description}
            checked={request.lineage}
            onChange={(lineage) => onChange({ lineage })}
          />
          <Option
            label="Decision columns"
            description={FIELDS.decisions.description ?? ''}
            checked={request.decisions ?? false}
            onChange={(decisions) => onChange({ decisions })}
          />
          <Option
            label="Metric columns"
            description={FIELDS.metrics.description}
            checked={request.metrics}
            onChange={(metrics) => onChange({ metrics })}
          />
          {request.metrics ? <MetricColumns study={study} request={request} /> : null}
        </>
      )}
      <ChosenColumns request={request} written={written} onChange={onChange} />
      <ChosenResponses study={study} request={request} onChange={onChange} />
      <PairFields
        study={study}
        value={request.pairs ?? null}
        onChange={(pairs) => onChange({ pairs })}
      />
      {format.options.map((field) => (
        <FormatField
          key={`${format.id}.${field.name}`}
          field={field}
          value={options[field.name] ?? (field.default as boolean | string)}
          onChange={(value) => onChange({ options: changed(options, field, value) })}
        />
      ))}
      {format.hasSidecar ? (
        <p className={classes.note}>
          Lineage and every metric of each row go into the sidecar; the training file holds the
          texts only.
        </p>
      ) : null}
    </div>
  )
}
