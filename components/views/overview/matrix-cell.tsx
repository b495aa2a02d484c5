'use client'

import { ActionIcon, Tooltip } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import Link from 'next/link'
import { filterQuery } from '@/components/hooks/use-view-state'
import { formatCount, formatShare, plural, shortHash } from '@/lib/contracts/format'
import { emptyFilter } from '@/lib/contracts/filter'
import type { CellInfo } from '@/lib/contracts/study'
import type { MetricCoverage } from './coverage'
import { isComplete } from './coverage'
import classes from './matrix.module.css'

interface MatrixCellProps {
  studyId: string
  cell: CellInfo
  name: string
  coverage: readonly MetricCoverage[]
  onCompute(): void
  onAlign(): void
}

function CoverageLines({ coverage }: { coverage: readonly MetricCoverage[] }) {
  return (
    <>
      {coverage.map(({ metric, done, valued, total, isOutdated }) => (
        <div key={metric.id}>
          {metric.label}:{' '}
          {done === 0
            ? 'not computed'
            : `${formatCount(done)} of ${formatCount(total)} rows, ${formatCount(valued)} with a value`}
          {isOutdated ? ', for an older alignment' : ''}
        </div>
      ))}
    </>
  )
}

function SourceLines({ cell }: { cell: CellInfo }) {
  return (
    <>
      <div dir="auto">{cell.fileName}</div>
      <div>
        {cell.sourceKind === 'evolved' ? 'Evolved here' : `Imported, ${cell.format}`}, revision{' '}
        {cell.revision}
      </div>
      <div>SHA-256 {shortHash(cell.sha256)}…</div>
      {cell.skipped > 0 ? <div>{plural(cell.skipped, 'unreadable row')} skipped</div> : null}
      {Object.entries(cell.flags).map(([flag, rows]) => (
        <div key={flag}>
          {flag}: {plural(rows, 'row')}
        </div>
      ))}
    </>
  )
}

/** How rows are aligned with their parents, or why not, and how many operators are known. */
function LineageLines({ alignment }: { alignment: CellInfo['alignment'] }) {
  if (alignment === null) return <>Rows are not aligned with their parents. Click to align them.</>
  const { matched, total, version, reason, note, operatorRows } = alignment
  return (
    <>
      <div>
        {formatCount(matched)} of {plural(total, 'row')} aligned, version {version}
      </div>
      {reason === null ? null : <div>Not aligned: {reason}.</div>}
      {note === null ? null : <div>{note}.</div>}
      <div>
        {operatorRows === 0
          ? 'Operators unknown. Click to set them.'
          : `Operators known for ${plural(operatorRows, 'row')}`}
      </div>
    </>
  )
}

function alignedText({ alignment }: CellInfo): { text: string; isWarning: boolean } {
  if (alignment === null || alignment.matched === 0) return { text: 'not aligned', isWarning: true }
  if (alignment.matched < alignment.total) {
    return { text: `${formatShare(alignment.matched / alignment.total)} aligned`, isWarning: true }
  }
  if (alignment.operatorRows === 0) return { text: 'aligned, no operators', isWarning: false }
  return { text: '100% aligned', isWarning: false }
}

function Facts({ cell, name, onAlign }: { cell: CellInfo; name: string; onAlign(): void }) {
  const missing = cell.responses?.missing ?? cell.rowCount
  const aligned = alignedText(cell)
  return (
    <>
      {missing > 0 ? (
        <div className={`${classes.fact} ${classes.warn}`}>
          {missing === cell.rowCount ? 'no responses' : `${formatCount(missing)} without response`}
        </div>
      ) : (
        <div className={classes.fact}>all responses</div>
      )}
      {cell.armKey === null ? null : (
        <Tooltip multiline maw={420} label={<LineageLines alignment={cell.alignment} />}>
          <button
            type="button"
            className={`${classes.fact} ${classes.factButton} ${aligned.isWarning ? classes.warn : ''}`}
            onClick={onAlign}
            aria-label={`${aligned.text}: ${name}`}
          >
            {aligned.text}
          </button>
        </Tooltip>
      )}
    </>
  )
}

export function MatrixCell({ studyId, cell, name, coverage, onCompute, onAlign }: MatrixCellProps) {
  const complete = coverage.filter(isComplete).length
  const filter = {
    ...emptyFilter(),
    seedSets: [cell.seedSetKey],
    arms: [cell.armKey ?? 'seeds'],
    rounds: [cell.round],
  }
  const summary = `${complete} of ${plural(coverage.length, 'metric')} complete`
  return (
    <>
      <div className={classes.cellTop}>
        <Tooltip label={<SourceLines cell={cell} />}>
          <Link
            className={classes.count}
            href={`/studies/${studyId}/rows${filterQuery(filter)}`}
            aria-label={`${plural(cell.rowCount, 'row')}: ${name}`}
          >
            {formatCount(cell.rowCount)} <span>rows</span>
          </Link>
        </Tooltip>
        {complete < coverage.length ? (
          <Tooltip label={`Compute missing values of ${name}`}>
            <ActionIcon
              size={22}
              onClick={onCompute}
              aria-label={`Compute missing values of ${name}`}
            >
              <IconPlayerPlay size={14} />
            </ActionIcon>
          </Tooltip>
        ) : null}
      </div>
      <Facts cell={cell} name={name} onAlign={onAlign} />
      <Tooltip label={<CoverageLines coverage={coverage} />}>
        <div className={classes.strip} role="img" aria-label={`${name}: ${summary}`}>
          {coverage.map(({ metric, done, total }) => (
            <div key={metric.id} className={classes.segment}>
              <div
                className={classes.fill}
                style={{ width: `${total > 0 ? (done / total) * 100 : 0}%` }}
              />
            </div>
          ))}
        </div>
      </Tooltip>
    </>
  )
}
