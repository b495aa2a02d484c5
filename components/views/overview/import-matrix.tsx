'use client'

import { Group, Select } from '@mantine/core'
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent } from 'react'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { formatCount } from '@/lib/contracts/format'
import { placeKey, type ImportMatrix as Matrix } from '@/lib/contracts/import-matrix'
import type { StudyDetail } from '@/lib/contracts/study'
import { CHIP_TYPE, ImportChip } from './import-chip'
import classes from './import-matrix.module.css'
import table from './matrix.module.css'
import { chosenFiles, fileShapes, spotsOf, type MatrixSpot } from './import-places'
import type { ImportFile } from './use-import-files'

/** Seven columns, the seeds and two evolvers of three rounds, fit beside each other at 1280. */
const COLUMN_PX = 118

/** What "Move to" offers beside the cells. */
const TRAY = 'out'

const STEPS: Record<string, [row: number, column: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

interface ImportMatrixProps {
  matrix: Matrix
  files: readonly ImportFile[]
  detail: StudyDetail
  selected: ImportFile | null
  onSelect(id: string): void
  /** Null: the file is not to be imported. */
  onMove(file: ImportFile, spot: MatrixSpot | null): void
}

/** A cell or the tray as a place on which a file is let go. */
function useDropTarget(onDrop: (id: string) => void) {
  const [isOver, setIsOver] = useState(false)
  return {
    'data-over': isOver || undefined,
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(CHIP_TYPE)) return
      event.preventDefault()
      setIsOver(true)
    },
    onDragLeave: () => setIsOver(false),
    onDrop: (event: DragEvent) => {
      setIsOver(false)
      const id = event.dataTransfer.getData(CHIP_TYPE)
      if (id === '') return
      event.preventDefault()
      onDrop(id)
    },
  }
}

interface SpotCellProps {
  stored: number | null
  onDrop(id: string): void
  children: React.ReactNode
}

function SpotCell({ stored, onDrop, children }: SpotCellProps) {
  return (
    <td className={classes.cell} {...useDropTarget(onDrop)}>
      {children}
      {stored === null ? null : (
        <span className={table.fact}>{formatCount(stored)} rows in the study</span>
      )}
    </td>
  )
}

function Tray({ onDrop, children }: { onDrop(id: string): void; children: React.ReactNode }) {
  return (
    <div className={classes.tray} role="group" aria-label="Not imported" {...useDropTarget(onDrop)}>
      <span className={classes.trayTitle}>Not imported</span>
      {children}
    </div>
  )
}

/** All files of an import on one screen: seed sets down, the seeds and each evolver's rounds across. */
export function ImportMatrix(props: ImportMatrixProps) {
  const { matrix, files, detail, selected, onSelect, onMove } = props
  const box = useRef<HTMLDivElement>(null)
  const moved = useRef<string | null>(null)
  const [said, setSaid] = useState('')
  const spots = spotsOf(matrix)
  const placed = chosenFiles(files)
  const out = files.filter((file) => !placed.some(({ id }) => id === file.id))
  const differing = new Set(fileShapes(files).flatMap((shape) => [...shape.differing]))
  const spotOf = (file: ImportFile) =>
    file.isChosen && file.plan
      ? spots.find(({ place }) => placeKey(place) === placeKey(file.plan as never))
      : undefined

  const focus = (id: string) =>
    box.current?.querySelector<HTMLElement>(`[data-chip="${CSS.escape(id)}"]`)?.focus()
  // A chip that was moved by a key is another element afterwards.
  useEffect(() => {
    if (moved.current !== null) focus(moved.current)
    moved.current = null
  })

  const move = (file: ImportFile, spot: MatrixSpot | null, isByKey = false) => {
    if (isByKey) moved.current = file.id
    onSelect(file.id)
    onMove(file, spot)
    setSaid(`${file.name}: ${spot?.label ?? 'not imported'}`)
  }
  const drop = (id: string, spot: MatrixSpot | null) => {
    const file = files.find((one) => one.id === id)
    if (file?.plan) move(file, spot)
  }
  const onKey = (file: ImportFile, event: KeyboardEvent) => {
    const step = STEPS[event.key]
    const from = spotOf(file)
    if (event.key === 'Delete' && from) {
      event.preventDefault()
      move(file, null, true)
    }
    if (!step) return
    event.preventDefault()
    const at = (row: number, column: number) =>
      spots.find((spot) => spot.row === row && spot.column === column)
    if (event.shiftKey) {
      // Out of the tray a file goes into the cell that its plan names, or the first.
      const to = from ? at(from.row + step[0], from.column + step[1]) : spots[0]
      if (to && file.plan) move(file, to, true)
      return
    }
    let next = from ? at(from.row + step[0], from.column + step[1]) : undefined
    while (next) {
      const spot = next
      const there = placed.find((one) => spotOf(one)?.value === spot.value)
      if (there) {
        focus(there.id)
        return
      }
      next = at(spot.row + step[0], spot.column + step[1])
    }
  }
  const chip = (file: ImportFile) => (
    <ImportChip
      key={file.id}
      file={file}
      problems={
        file.isChosen
          ? matrix.problems.filter(({ uploadId }) => uploadId === file.plan?.uploadId)
          : []
      }
      isDiffering={differing.has(file.id)}
      isSelected={file.id === selected?.id}
      onSelect={() => onSelect(file.id)}
      onKey={(event) => onKey(file, event)}
    />
  )

  return (
    <div ref={box}>
      <ScrollRegion label="Places of the files">
        <table
          className={`${table.table} ${classes.matrix}`}
          style={{ minWidth: 110 + matrix.columns.length * COLUMN_PX }}
        >
          <thead>
            <tr>
              <th scope="col" className={table.rowHead}>
                Seed set
              </th>
              {matrix.columns.map(({ armKey, label, round }) => (
                <th key={`${armKey}-${round}`} scope="col">
                  <span dir="auto">{label}</span>
                  {armKey === null ? null : <div className={table.fact}>Round {round}</div>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.seedSets.map(({ key, label }, row) => (
              <tr key={key}>
                <th scope="row" className={table.rowHead}>
                  <span dir="auto">{label}</span>
                </th>
                {spots
                  .filter((spot) => spot.row === row)
                  .map((spot) => {
                    const cell = detail.cells.find((one) => placeKey(one) === placeKey(spot.place))
                    return (
                      <SpotCell
                        key={spot.value}
                        stored={cell?.rowCount ?? null}
                        onDrop={(id) => drop(id, spot)}
                      >
                        {placed.filter((one) => spotOf(one)?.value === spot.value).map(chip)}
                      </SpotCell>
                    )
                  })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <Group gap="sm" align="end" mt={8} mb={8}>
        {selected?.plan ? (
          <Select
            label={<span dir="auto">{`Move ${selected.name.split('/').pop()} to`}</span>}
            aria-label="Move to"
            searchable
            w={360}
            data={[...spots, { value: TRAY, label: 'Not imported' }]}
            value={spotOf(selected)?.value ?? TRAY}
            onChange={(value) =>
              value && move(selected, spots.find((spot) => spot.value === value) ?? null)
            }
          />
        ) : null}
        <span className={table.fact}>
          Drag a file, or choose it and press Shift with an arrow key; Delete leaves it out.
        </span>
      </Group>
      <Tray onDrop={(id) => drop(id, null)}>{out.map(chip)}</Tray>
      <div role="status" className="ev-dim" style={{ minHeight: '1.4em', fontSize: '0.75rem' }}>
        {said}
      </div>
    </div>
  )
}
