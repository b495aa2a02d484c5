'use client'

import { Button } from '@mantine/core'
import { IconGitBranch, IconPlayerPlay, IconUpload } from '@tabler/icons-react'
import Link from 'next/link'
import { useState } from 'react'
import { useMetrics } from '@/components/hooks/use-compute'
import { useStorage } from '@/components/hooks/use-studies'
import { formatBytes, plural } from '@/lib/contracts/format'
import { Page, Section } from '@/components/ui/page'
import { Notice } from '@/components/ui/states'
import { StudyPage } from '@/components/shell/study-page'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import type { CellInfo, StudyDetail } from '@/lib/contracts/study'
import { ComputeDialog } from './compute-dialog'
import { studyCoverage } from './coverage'
import { ImportDialog } from './import-dialog'
import { ImportInvitation } from './import-invitation'
import { KeyFigures } from './key-figures'
import { RunCards } from './run-cards'
import { SetMeasures } from './set-measures'
import { StudyJobs } from './study-jobs'
import { StudyMatrix } from './study-matrix'

function describeStudy({ study }: StudyDetail, bytes: number | undefined): string {
  const size = [
    plural(study.rowCount, 'row'),
    plural(study.seedSetCount, 'seed set'),
    plural(study.armCount, 'evolver'),
    plural(study.cellCount, 'cell'),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
  ].join(', ')
  return study.description ? `${study.description} (${size})` : size
}

function Overview({ detail }: { detail: StudyDetail }) {
  const studyId = detail.study.id
  const { data: metrics } = useMetrics()
  const size = useStorage().data?.studies.find((one) => one.studyId === studyId)
  const [dialog, setDialog] = useDialogParam(['compute', 'measure', 'import'])
  const [chosenCells, setChosenCells] = useState<CellInfo[]>([])
  const [dropped, setDropped] = useState<File[]>([])

  const all = metrics?.filter((metric) => metric.kind === 'measured') ?? []
  const measured = all.filter((metric) => !metric.ofSet)
  const ofSets = all.filter((metric) => metric.ofSet)
  const coverage = studyCoverage(detail.cells, measured)
  const missing = coverage.missingIn(detail.cells)
  const isEmpty = detail.cells.length === 0
  // Figures come first; as long as there is no value, the cells do.
  const hasValues = detail.cells.some((cell) => cell.metrics.some((metric) => metric.valued > 0))

  const openCompute = (cells: CellInfo[]) => {
    setChosenCells(cells)
    setDialog('compute')
  }
  const openImport = (files: File[]) => {
    setDropped(files)
    setDialog('import')
  }
  const close = () => {
    setDialog(null)
    setDropped([])
  }

  const actions = isEmpty ? null : (
    <>
      <Button
        variant="default"
        leftSection={<IconUpload size={14} />}
        onClick={() => openImport([])}
      >
        Import files
      </Button>
      <Button
        variant="default"
        leftSection={<IconGitBranch size={14} />}
        component={Link}
        href={`/studies/${studyId}/experiments?do=new`}
      >
        Evolve
      </Button>
      <Button
        variant={missing.length > 0 ? 'filled' : 'default'}
        leftSection={<IconPlayerPlay size={14} />}
        onClick={() => openCompute([])}
      >
        {missing.length > 0 ? 'Compute missing values' : 'Compute'}
      </Button>
    </>
  )

  const cells = (
    <Section
      title="Cells"
      note={
        missing.length > 0
          ? `${missing.length} of ${plural(measured.filter((metric) => !metric.onDemand).length, 'measured metric')} not computed for every row`
          : 'every measured metric is computed for every row'
      }
    >
      <StudyMatrix detail={detail} coverage={coverage} onCompute={openCompute} />
    </Section>
  )
  const figures = <KeyFigures studyId={studyId} />

  return (
    <Page
      title={detail.study.name}
      description={describeStudy(detail, size?.total)}
      actions={actions}
    >
      {detail.study.notice ? (
        <Notice tone="info">
          <strong>About this sample.</strong> {detail.study.notice}
        </Notice>
      ) : null}
      {detail.unreadable.map((message) => (
        <Notice key={message} tone="warn">
          {message}
        </Notice>
      ))}
      <ImportInvitation isEmpty={isEmpty} onFiles={openImport} />
      <StudyJobs studyId={studyId} />
      {isEmpty ? null : (
        <>
          {hasValues ? figures : cells}
          {hasValues ? cells : figures}
          <SetMeasures studyId={studyId} onCompute={() => setDialog('measure')} />
          <RunCards detail={detail} />
        </>
      )}
      {/* A link can open it before the metrics are here; its choices start from them. */}
      {dialog === 'compute' && metrics ? (
        <ComputeDialog detail={detail} cells={chosenCells} measured={measured} onClose={close} />
      ) : null}
      {dialog === 'measure' && metrics ? (
        <ComputeDialog detail={detail} cells={[]} measured={ofSets} onClose={close} />
      ) : null}
      {dialog === 'import' ? (
        <ImportDialog detail={detail} initialFiles={dropped} onClose={close} />
      ) : null}
    </Page>
  )
}

/** The study at a glance: key figures, cells, runs, and what can be done. */
export function OverviewView({ studyId }: { studyId: string }) {
  return (
    <StudyPage studyId={studyId} title="Overview" hasOwnHeading>
      {(detail) => <Overview detail={detail} />}
    </StudyPage>
  )
}
