'use client'

import { Anchor, Button, Group, Text } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { IconFileZip, IconPlus } from '@tabler/icons-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useCreateStudy, useStorage, useStudies } from '@/components/hooks/use-studies'
import { formatBytes, formatCount, formatDateTime } from '@/lib/contracts/format'
import { Page } from '@/components/ui/page'
import { EmptyState, QueryState } from '@/components/ui/states'
import { PageTitle } from '@/components/shell/page-title'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import { Table, type Column } from '@/components/ui/table'
import { STORAGE_LABEL, type Storage, type StudyStorage } from '@/lib/contracts/storage'
import type { StudySummary } from '@/lib/contracts/study'
import { OpenBackupDialog } from './open-backup-dialog'
import classes from './studies.module.css'
import { StudyDialog } from './study-dialog'
import { StudyMenu } from './study-menu'

/** What a study stores, by part, for whoever points at its size. */
function partsOf(size: StudyStorage): string {
  const parts = Object.entries(STORAGE_LABEL) as [keyof typeof STORAGE_LABEL, string][]
  return parts.map(([part, label]) => `${label} ${formatBytes(size[part])}`).join(', ')
}

function filesText({ database, free, rest, vectors, uploads, backups }: Storage['files']): string {
  const own = `database ${formatBytes(database)} (${formatBytes(rest)} of it index, keys and deleted entries, ${formatBytes(free)} free)`
  const beside = `vectors ${formatBytes(vectors)}, uploads ${formatBytes(uploads)}, backups ${formatBytes(backups)}`
  return `On disk: ${own}, ${beside}.`
}

const columnsFor = (storage: Storage | undefined): readonly Column<StudySummary>[] => [
  {
    name: 'Study',
    className: classes.name,
    cell: (study) => (
      <>
        <Anchor component={Link} href={`/studies/${study.id}`} fw={600} dir="auto">
          {study.name}
        </Anchor>
        {study.origin === 'sample' ? <span className="ev-dim"> · sample</span> : null}
        <Text size="sm" c="dimmed" maw="70ch" dir="auto">
          {study.description}
        </Text>
      </>
    ),
  },
  { name: 'Rows', kind: 'number', cell: ({ rowCount }) => formatCount(rowCount) },
  { name: 'Seed sets', kind: 'number', cell: ({ seedSetCount }) => formatCount(seedSetCount) },
  { name: 'Evolvers', kind: 'number', cell: ({ armCount }) => formatCount(armCount) },
  { name: 'Cells', kind: 'number', cell: ({ cellCount }) => formatCount(cellCount) },
  {
    name: 'Storage',
    kind: 'number',
    cell: ({ id }) => {
      const size = storage?.studies.find(({ studyId }) => studyId === id)
      return size ? <span title={partsOf(size)}>{formatBytes(size.total)}</span> : '…'
    },
  },
  {
    name: 'Jobs',
    kind: 'number',
    cell: ({ activeJobs }) => (activeJobs > 0 ? `${activeJobs} running` : 'none'),
  },
  { name: 'Created', kind: 'line', cell: ({ createdAt }) => formatDateTime(createdAt) },
  { name: 'Actions', cell: (study) => <StudyMenu study={study} /> },
]

export function StudiesView() {
  const query = useStudies()
  const { data: storage } = useStorage()
  const router = useRouter()
  const creation = useCreateStudy()
  const [dialog, setDialog] = useDialogParam(['create', 'open-backup'])
  const [dropped, setDropped] = useState<File | null>(null)
  const create = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setDialog('create')}>
      Create a study
    </Button>
  )

  return (
    <Page
      title="Studies"
      description="A study contains seed sets, the rows that evolvers made from them in each round, and the metrics of every row."
      actions={
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconFileZip size={14} />}
            onClick={() => setDialog('open-backup')}
          >
            Open a backup
          </Button>
          {create}
        </Group>
      }
    >
      <PageTitle parts={['Studies']} />
      <QueryState query={query} what="The studies could not be read" lines={4} height={56}>
        {(studies) =>
          studies.length === 0 ? (
            <EmptyState title="No study yet" action={create}>
              Create a study and drop your files on it: seeds and evolved rounds in JSON, JSONL,
              Alpaca, ShareGPT or messages format. Restore the sample study with{' '}
              <code className="ev-mono">npm run evolens -- sample</code>.
            </EmptyState>
          ) : (
            <>
              <Table label="Studies" columns={columnsFor(storage)} rows={studies} keyOf="id" />
              {storage ? (
                <Text size="sm" c="dimmed" mt={8}>
                  {filesText(storage.files)}
                </Text>
              ) : null}
            </>
          )
        }
      </QueryState>
      <Dropzone.FullScreen
        active={dialog === null}
        multiple={false}
        inputProps={{ 'aria-label': 'Backup to open' }}
        onDrop={([file]) => {
          setDropped(file ?? null)
          setDialog('open-backup')
        }}
      >
        <Text size="lg" ta="center" p={48}>
          Release the file to open the backup
        </Text>
      </Dropzone.FullScreen>
      {dialog === 'open-backup' ? (
        <OpenBackupDialog
          dropped={dropped}
          onClose={() => {
            setDropped(null)
            setDialog(null)
          }}
        />
      ) : null}
      {dialog === 'create' ? (
        <StudyDialog
          title="Create a study"
          action="Create and import files"
          failure="The study was not created"
          change={creation}
          onSubmit={(text) =>
            creation.mutate(text, {
              onSuccess: (study) => router.push(`/studies/${study.id}?do=import`),
            })
          }
          onClose={() => setDialog(null)}
        />
      ) : null}
    </Page>
  )
}
