'use client'

import { Button, Modal, Stack, Switch, Text } from '@mantine/core'
import { useState } from 'react'
import { useHubDownloads } from '@/components/hooks/use-hub'
import { unfinishedUploads } from '@/components/hooks/upload-file'
import { useStartImports } from '@/components/hooks/use-imports'
import { plural } from '@/lib/contracts/format'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { notifyDone } from '@/components/ui/notify'
import { Notice } from '@/components/ui/states'
import type { ImportPlan, StudyDetail } from '@/lib/contracts/study'
import { HubFetch } from './hub-fetch'
import { ImportFileCard } from './import-file-card'
import { ImportMatrix } from './import-matrix'
import { chosenFiles, fileShapes, matrixOfFiles, movedTo, type MatrixSpot } from './import-places'
import { ImportShapes } from './import-shapes'
import { DropArea } from './import-invitation'
import { canImport, useImportFiles, type ImportFile } from './use-import-files'

interface ImportDialogProps {
  detail: StudyDetail
  initialFiles: readonly File[]
  onClose(): void
}

/** So many files are shown whole, one below the other; of more the chosen one is. */
const WHOLE_CARDS = 3

/** Upload, look, correct, import. */
export function ImportDialog({ detail, initialFiles, onClose }: ImportDialogProps) {
  const { files, notes, add, addUploads, patch, changePlan, detect, remove } = useImportFiles(
    detail.study.id,
    initialFiles,
  )
  const [unfinished] = useState(unfinishedUploads)
  const stopped = unfinished.filter((name) => files.every((file) => file.name !== name))
  const [selectedId, setSelectedId] = useState<string | null>(null)
  const [isShared, setIsShared] = useState(true)
  const [isWhole, setIsWhole] = useState(false)
  // A study without rows offers the hub beside its drop area.
  const [isHubAsked, setIsHub] = useState(initialFiles.length === 0 && detail.cells.length === 0)
  // What an earlier dialog fetched is offered again.
  const isHub = (useHubDownloads().data ?? []).length > 0 || isHubAsked
  const start = useStartImports(detail.study.id)
  const plans = chosenFiles(files).map(({ plan }) => plan)
  const isBusy = files.some((file) => file.state !== 'ready' && file.state !== 'failed')
  const matrix = matrixOfFiles(files, detail)
  const clashing = new Set(
    matrix.problems.flatMap(({ isBlocking, uploadId }) => (isBlocking ? [uploadId] : [])),
  )
  const selected = files.find(({ id }) => id === selectedId) ?? files[0] ?? null
  const shown = files.length <= WHOLE_CARDS ? files : files.filter((file) => file === selected)

  const laidOut = { matrix, files, detail, selected }

  const move = (file: ImportFile, spot: MatrixSpot | null) => {
    if (!file.plan || !file.preview) return
    if (spot === null) {
      patch(file.id, { isChosen: false })
      return
    }
    const plan = movedTo(file.plan, spot.place, files, detail)
    patch(file.id, { plan, isChosen: canImport(file.preview, plan) })
  }
  const adopt = (file: ImportFile, { format, mapping, columns }: ImportPlan) => {
    if (file.plan)
      changePlan(file, { ...file.plan, format, mapping, columns, questions: [] }, false)
  }

  const run = () =>
    start.mutate(
      { plans, onFailure: isWhole ? 'undo' : 'keep' },
      {
        onSuccess: () => {
          notifyDone(
            `Importing ${plural(plans.length, 'file')}. A cell appears when its file is complete.`,
          )
          onClose()
        },
      },
    )

  return (
    <Modal
      opened
      onClose={onClose}
      size={files.length > 1 ? 'min(1800px, 94vw)' : 'min(1200px, 94vw)'}
      title={`Import into ${detail.study.name}`}
    >
      <Stack gap="sm">
        <DropArea
          onFiles={add}
          isCompact={files.length > 0 || isHub}
          {...(isHub ? {} : { onHub: () => setIsHub(true) })}
        />
        {isHub ? <HubFetch onUploads={(uploads) => void addUploads(uploads)} /> : null}
        {files.length > 1 ? (
          <>
            <ImportMatrix {...laidOut} onSelect={setSelectedId} onMove={move} />
            <ImportShapes
              shapes={fileShapes(files)}
              isShared={isShared}
              onShare={setIsShared}
              onSelect={setSelectedId}
              onAdopt={adopt}
            />
          </>
        ) : null}
        {shown.map((file) => (
          <ImportFileCard
            key={file.id}
            file={file}
            detail={detail}
            problems={matrix.problems.filter(
              ({ uploadId }) => file.isChosen && uploadId === file.plan?.uploadId,
            )}
            onChoose={(isChosen) => patch(file.id, { isChosen })}
            onPlan={(plan) => changePlan(file, plan, isShared)}
            onDetect={() => void detect(file, isShared)}
            onRemove={() => remove(file.id)}
          />
        ))}
        {stopped.length > 0 ? (
          <Notice tone="info">
            {stopped.map((name) => (
              <div key={name}>
                The upload of <span dir="auto">{name}</span> stopped before its end. Choose the same
                file again within a day and it goes on from there.
              </div>
            ))}
          </Notice>
        ) : null}
        {notes.length > 0 ? (
          <Notice tone="info">
            {notes.map((note) => (
              <div key={note}>{note}</div>
            ))}
          </Notice>
        ) : null}
        <DialogFoot
          error={start.error}
          what="Nothing was imported"
          onClose={onClose}
          left={
            clashing.size > 0 ? (
              <Text c="var(--ev-error)">
                A file cannot go to the place that it has. Change its seed set, evolver or round.
              </Text>
            ) : plans.length > 1 ? (
              <Switch
                label="All or nothing: if one file fails, take the others out again"
                checked={isWhole}
                onChange={(event) => setIsWhole(event.currentTarget.checked)}
              />
            ) : null
          }
        >
          <Button
            onClick={run}
            loading={start.isPending}
            disabled={plans.length === 0 || isBusy || clashing.size > 0}
          >
            {isBusy ? 'Reading files' : `Import ${plural(plans.length, 'file')}`}
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
