'use client'

import { Anchor, Select } from '@mantine/core'
import Link from 'next/link'
import { useMemo } from 'react'
import {
  useExportCheck,
  useExportFormats,
  useExportNames,
  useExportParams,
  type ExportParams,
} from '@/components/hooks/use-export'
import { useRowCount } from '@/components/hooks/use-rows'
import { filterQuery, useViewState } from '@/components/hooks/use-view-state'
import { formatCount } from '@/lib/contracts/format'
import { Section } from '@/components/ui/page'
import { Notice, QueryState } from '@/components/ui/states'
import { filterChips } from '@/components/shell/filter-chips'
import { StudyPage } from '@/components/shell/study-page'
import { safeName, type ExportFormat, type ExportRequest } from '@/lib/contracts/export'
import type { ViewState } from '@/lib/contracts/filter'
import type { StudyDetail, ColumnInfo } from '@/lib/contracts/study'
import { StudyJobs } from '@/components/views/overview/study-jobs'
import { FilterButton } from '@/components/views/rows/filter/filter-button'
import { CheckPanel } from './check-panel'
import { ExportOptions, FormatChoice } from './export-options'
import { PreviousExports } from './previous-exports'
import classes from './export.module.css'

const DESCRIPTION =
  'Exports exactly the rows that the filter shows, in the order below, with a recipe that records how they were selected and computed.'

function toRequest(
  study: StudyDetail,
  params: ExportParams,
  format: ExportFormat,
  state: ViewState,
): ExportRequest {
  const { name, metrics, lineage, decisions, only, responses, pairs, options } = params
  return {
    studyId: study.study.id,
    state,
    format: format.id,
    name: safeName(name ?? study.study.name),
    metrics,
    lineage,
    ...(decisions ? { decisions } : {}),
    ...(only ? { only } : {}),
    ...(responses ? { responses } : {}),
    ...(pairs ? { pairs } : {}),
    options,
  }
}

const FILE_ORDER = 'position'

/** Order of the rows, shared with the rows page. */
function OrderSelect({ study }: { study: StudyDetail }) {
  const { state, setSort } = useViewState()
  const { column, descending } = state.sort
  const sorts = ({ shape }: ColumnInfo) => shape !== 'vector' && shape !== 'rowRef'
  const columns = study.columns.filter((one) => !one.hidden && (sorts(one) || one.id === column))
  const data = [
    { value: FILE_ORDER, label: 'File order' },
    { value: `-${FILE_ORDER}`, label: 'File order, reversed' },
    ...columns.flatMap((one) => [
      { value: `-${one.id}`, label: `${one.label}, highest first` },
      { value: one.id, label: `${one.label}, lowest first` },
    ]),
  ]
  const value = `${descending ? '-' : ''}${column}`
  const known = data.some((one) => one.value === value)
  return (
    <Select
      label="Order"
      description="Rows without a value come last; ties stay in file order."
      data={known ? data : [...data, { value, label: value.replace(/^-/, '') }]}
      value={value}
      onChange={(next) =>
        next && setSort({ column: next.replace(/^-/, ''), descending: next.startsWith('-') })
      }
      searchable
      w={340}
    />
  )
}

/** Which rows: the filter in words, its count, and the button that changes it. */
function RowsChosen({ study, state }: { study: StudyDetail; state: ViewState }) {
  const controls = useViewState()
  const { data: count } = useRowCount(study.study.id, state)
  const chips = filterChips(state.filter, study, useExportNames(study.study.id, state.filter))
  return (
    <Section title="Rows">
      <div className={`ev-panel ${classes.block}`}>
        <p className={classes.line} aria-live="polite">
          <strong>{count ? formatCount(count.total) : '…'} rows</strong>
          {count && count.total !== count.outOf
            ? ` of ${formatCount(count.outOf)}`
            : ' of this study'}
          {chips.length > 0 ? `: ${chips.map((chip) => chip.text).join(' · ')}` : ', no filter set'}
        </p>
        <div className={classes.row}>
          <OrderSelect study={study} />
          <FilterButton detail={study} controls={controls} />
          <Anchor
            component={Link}
            size="sm"
            href={`/studies/${study.study.id}/rows${filterQuery(state.filter)}`}
          >
            See the rows
          </Anchor>
        </div>
      </div>
    </Section>
  )
}

interface ExportLoadedProps {
  study: StudyDetail
  formats: readonly ExportFormat[]
}

function ExportLoaded({ study, formats }: ExportLoadedProps) {
  const { state: view } = useViewState()
  const [params, setParams] = useExportParams()
  const format = formats.find(({ id }) => id === params.format) ?? (formats[0] as ExportFormat)
  const request = useMemo(() => {
    const known = (view.columns ?? []).filter((id) =>
      study.columns.some((column) => column.id === id.split('@')[0]),
    )
    return toRequest(study, params, format, { ...view, columns: known })
  }, [study, params, format, view])
  const check = useExportCheck(request)
  return (
    <>
      <StudyJobs studyId={study.study.id} />
      <div className={classes.layout}>
        <div className={classes.settings}>
          <RowsChosen study={study} state={request.state} />
          <Section title="Format">
            <FormatChoice
              formats={formats}
              value={format.id}
              onChange={(id) => void setParams({ format: id })}
            />
          </Section>
          <Section title="Options">
            <ExportOptions
              study={study}
              request={request}
              format={format}
              written={check.data?.columns ?? []}
              onChange={(patch) => void setParams(patch)}
            />
          </Section>
        </div>
        <aside className={classes.aside} aria-label="Check and download">
          <CheckPanel
            request={request}
            query={check}
            onRemedy={(option) =>
              void setParams({ options: { ...params.options, [option]: true } })
            }
          />
        </aside>
      </div>
      <PreviousExports studyId={study.study.id} />
    </>
  )
}

const EMPTY = {
  title: 'No rows to export',
  text: 'Rows that are imported or evolved in this study can be exported as data files or as a training bundle.',
}

/** Writes the filtered rows of a study to a file. */
export function ExportView({ studyId }: { studyId: string }) {
  const formats = useExportFormats()
  return (
    <StudyPage
      studyId={studyId}
      title="Export"
      description={DESCRIPTION}
      lines={12}
      height={40}
      empty={EMPTY}
    >
      {(study) => (
        <>
          {study.study.activeJobs > 0 ? (
            <Notice tone="info">
              {study.study.activeJobs === 1 ? 'A job is' : `${study.study.activeJobs} jobs are`}{' '}
              still adding to this study. An export contains what is stored when it starts.
            </Notice>
          ) : null}
          <QueryState query={formats} what="The formats could not be listed" lines={4} height={40}>
            {(list) => <ExportLoaded study={study} formats={list} />}
          </QueryState>
        </>
      )}
    </StudyPage>
  )
}
