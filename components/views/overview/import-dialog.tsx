'use client'

import { Button, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useStartImports } from '@/components/hooks/use-imports'
import { plural } from '@/components/ui/format'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { notifyDone } from '@/components/ui/notify'
import { Notice } from '@/components/ui/states'
import type { ImportPlan, StudyDetail } from '@/lib/contracts/study'
import { HubFetch } from './hub-fetch'
import { ImportFileCard } from './import-file-card'
import { DropArea } from './import-invitation'
import { useImportFiles } from './use-import-files'

interface ImportDialogProps {
  detail: StudyDetail
  initialFiles: readonly File[]
  onClose(): void
}

/** Two files for the same place would replace each other; returns the names that collide. */
export function collisions(plans: readonly ImportPlan[]): string[] {
  const places = new Map<string, string[]>()
  for (const plan of plans) {
    const place = `${plan.seedSetKey}/${plan.armKey ?? 'seeds'}/${plan.round}`
    places.set(place, [...(places.get(place) ?? []), plan.fileName])
  }
  return [...places.values()].filter((names) => names.length > 1).flat()
}

/** Upload, look, correct, import. */
export function ImportDialog({ detail, initialFiles, onClose }: ImportDialogProps) {
  const { files, notes, add, addUploads, patch, changePlan, remove } = useImportFiles(
    detail.study.id,
    initialFiles,
  )
  // A study without rows offers the hub beside its drop area.
  const [isHub, setIsHub] = useState(initialFiles.length === 0 && detail.cells.length === 0)
  const start = useStartImports(detail.study.id)
  const plans = files.flatMap((file) => (file.isChosen && file.plan ? [file.plan] : []))
  const isBusy = files.some((file) => ['waiting', 'uploading', 'reading'].includes(file.state))
  const clashing = new Set(collisions(plans))

  const run = () =>
    start.mutate(plans, {
      onSuccess: () => {
        notifyDone(
          `Importing ${plural(plans.length, 'file')}. A cell appears when its file is complete.`,
        )
        onClose()
      },
    })

  return (
    <Modal
      opened
      onClose={onClose}
      size="min(1200px, 94vw)"
      title={`Import into ${detail.study.name}`}
    >
      <Stack gap="sm">
        <DropArea
          onFiles={add}
          isCompact={files.length > 0 || isHub}
          {...(isHub ? {} : { onHub: () => setIsHub(true) })}
        />
        {isHub ? <HubFetch onUploads={(uploads) => void addUploads(uploads)} /> : null}
        {files.map((file) => (
          <ImportFileCard
            key={file.id}
            file={file}
            detail={detail}
            isClashing={file.isChosen && clashing.has(file.plan?.fileName ?? '')}
            onChoose={(isChosen) => patch(file.id, { isChosen })}
            onPlan={(plan) => void changePlan(file, plan)}
            onRemove={() => remove(file.id)}
          />
        ))}
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
                Two files have the same seed set, evolver and round. Change one of them.
              </Text>
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
