'use client'

import type { KeyboardEvent } from 'react'
import { formatCount } from '@/lib/contracts/format'
import type { PlaceProblem } from '@/lib/contracts/import-matrix'
import classes from './import-matrix.module.css'
import { canImport, type ImportFile } from './use-import-files'

/** The kind of data that a dragged chip carries: the id of its file. */
export const CHIP_TYPE = 'application/x-evolens-file'

const SHORT: Record<PlaceProblem['kind'], string> = {
  same_place: 'same cell twice',
  no_parent: 'no parent',
  sizes_differ: 'other size',
  replaces: 'new revision',
  no_rows: 'no rows here',
  other_rows: 'other rows',
}

const MOVING = {
  waiting: 'waiting',
  uploading: 'uploading',
  retrying: 'trying again',
  reading: 'reading',
}

function rowsText({ preview }: ImportFile): string {
  if (preview?.values) return 'values'
  const count = preview?.rowCount ?? null
  return count === null ? 'rows not counted' : `${formatCount(count)} rows`
}

/** Why a file is not imported, in two or three words. */
function outText({ state, preview, plan }: ImportFile): string {
  if (state === 'failed') return 'not read'
  if (state !== 'ready') return MOVING[state]
  if (preview === null || plan === null) return 'not read'
  if (plan.questions.length > 0) return 'decision needed'
  if (!canImport(preview, plan)) return 'cannot be read'
  if (preview.duplicateOf) return 'in the study already'
  return preview.isPlaced ? 'left out' : 'choose a place'
}

interface ImportChipProps {
  file: ImportFile
  problems: readonly PlaceProblem[]
  /** Other files of its shape have another mapping. */
  isDiffering: boolean
  isSelected: boolean
  onSelect(): void
  onKey(event: KeyboardEvent): void
}

/** A file in its cell: rows, what to look at, and the handle by which it is moved. */
export function ImportChip(props: ImportChipProps) {
  const { file, problems, isDiffering, isSelected, onSelect, onKey } = props
  const name = file.name.split('/').pop() ?? file.name
  const warnings = file.preview?.warnings.length ?? 0
  const isOut = !file.isChosen
  const isBroken = file.state === 'failed' || (file.preview?.error && isOut)
  const isBlocked = problems.some(({ isBlocking }) => isBlocking)
  const isNew = problems.some(({ kind }) => kind !== 'replaces')
  const tone = isBroken || isBlocked ? 'error' : isNew || isDiffering ? 'warn' : undefined
  const facts = [
    ...problems.map(({ kind }) => SHORT[kind]),
    isOut ? outText(file) : rowsText(file),
    ...(isDiffering ? ['own mapping'] : []),
    ...(warnings > 0 && !isOut ? [`${warnings} ${warnings === 1 ? 'note' : 'notes'}`] : []),
  ].join(', ')
  const told = problems.map(({ message }) => message)
  return (
    <button
      type="button"
      className={classes.chip}
      data-chip={file.id}
      data-tone={tone}
      draggable={file.plan !== null}
      aria-pressed={isSelected}
      aria-label={`${name}: ${facts}`}
      title={[file.name, ...told].join('\n')}
      onClick={onSelect}
      onKeyDown={onKey}
      onDragStart={(event) => event.dataTransfer.setData(CHIP_TYPE, file.id)}
    >
      <span className={classes.name} dir="auto">
        {name}
      </span>
      <span className={classes.facts}>{facts}</span>
    </button>
  )
}
