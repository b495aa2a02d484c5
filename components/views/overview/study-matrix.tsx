'use client'

import { useState } from 'react'
import { ArmMark } from '@/components/figures/arm-mark'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { formatCount } from '@/lib/contracts/format'
import type { CellInfo, StudyDetail } from '@/lib/contracts/study'
import { AlignDialog } from './align-dialog'
import type { Coverage } from './coverage'
import { matrixGroups } from './coverage'
import { MatrixCell } from './matrix-cell'
import classes from './matrix.module.css'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'

interface StudyMatrixProps {
  detail: StudyDetail
  coverage: Coverage
  onCompute(cells: CellInfo[]): void
}

/** Seed sets down, seeds and evolver rounds across; each cell says what is there and what is missing. */
export function StudyMatrix({ detail, coverage, onCompute }: StudyMatrixProps) {
  const groups = matrixGroups(detail)
  const columns = groups.flatMap((group) =>
    group.columns.map((column, index) => ({ ...column, isFirst: index === 0 })),
  )
  const [aligning, setAligning] = useState<CellInfo | null>(null)
  const armLabel = (armKey: string | null) =>
    detail.arms.find((arm) => arm.key === armKey)?.label ?? SEEDS_LABEL
  const nameOf = (cell: CellInfo) => {
    const set = detail.seedSets.find((one) => one.key === cell.seedSetKey)?.label
    return `${set}, ${armLabel(cell.armKey)}, round ${cell.round}`
  }

  return (
    <>
      <ScrollRegion label="Cells of the study">
        <table className={classes.table}>
          <thead>
            <tr>
              <th rowSpan={2} scope="col" className={classes.rowHead}>
                Seed set
              </th>
              {groups.map((group) => (
                <th
                  key={group.armKey ?? 'seeds'}
                  colSpan={group.columns.length}
                  scope="colgroup"
                  className={`${classes.group} ${classes.evolver}`}
                >
                  <ArmMark colorIndex={group.colorIndex} /> <span dir="auto">{group.label}</span>
                </th>
              ))}
            </tr>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  className={column.isFirst ? classes.group : undefined}
                >
                  {column.armKey === null ? 'Round 0' : `Round ${column.round}`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {detail.seedSets.map((seedSet) => (
              <tr key={seedSet.id}>
                <th scope="row" className={classes.rowHead}>
                  <span dir="auto">{seedSet.label}</span>
                  <div className={classes.fact}>{formatCount(seedSet.slotCount)} seeds</div>
                </th>
                {columns.map((column) => {
                  const cell = detail.cells.find(
                    (one) =>
                      one.seedSetKey === seedSet.key &&
                      one.armKey === column.armKey &&
                      one.round === column.round,
                  )
                  return (
                    <td
                      key={column.key}
                      className={`${classes.cell} ${column.isFirst ? classes.group : ''}`}
                    >
                      {cell ? (
                        <MatrixCell
                          studyId={detail.study.id}
                          cell={cell}
                          name={nameOf(cell)}
                          coverage={coverage.of(cell)}
                          onCompute={() => onCompute([cell])}
                          onAlign={() => setAligning(cell)}
                        />
                      ) : (
                        <span className={classes.fact} title="No file was imported for this cell">
                          no rows
                        </span>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {aligning ? (
        <AlignDialog
          detail={detail}
          cell={aligning}
          name={nameOf(aligning)}
          onClose={() => setAligning(null)}
        />
      ) : null}
    </>
  )
}
