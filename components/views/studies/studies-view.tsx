'use client'

import { Anchor, Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import Link from 'next/link'
import { useStudies } from '@/components/hooks/use-studies'
import { formatCount, formatDateTime } from '@/components/ui/format'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { Page } from '@/components/ui/page'
import { EmptyState, LoadingLines, QueryState } from '@/components/ui/states'
import { PageTitle } from '@/components/shell/page-title'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import type { StudySummary } from '@/lib/contracts/study'
import { CreateStudyDialog } from './create-study-dialog'
import { StudyMenu } from './study-menu'

function StudyRow({ study }: { study: StudySummary }) {
  return (
    <tr>
      <td style={{ minWidth: 220 }}>
        <Anchor component={Link} href={`/studies/${study.id}`} fw={600} dir="auto">
          {study.name}
        </Anchor>
        {study.origin === 'sample' ? <span className="ev-dim"> · sample</span> : null}
        <div className="ev-dim" style={{ maxWidth: '70ch' }} dir="auto">
          {study.description}
        </div>
      </td>
      <td className="ev-num">{formatCount(study.rowCount)}</td>
      <td className="ev-num">{formatCount(study.seedSetCount)}</td>
      <td className="ev-num">{formatCount(study.armCount)}</td>
      <td className="ev-num">{formatCount(study.cellCount)}</td>
      <td className="ev-num">{study.activeJobs > 0 ? `${study.activeJobs} running` : 'none'}</td>
      <td style={{ whiteSpace: 'nowrap' }}>{formatDateTime(study.createdAt)}</td>
      <td>
        <StudyMenu study={study} />
      </td>
    </tr>
  )
}

export function StudiesView() {
  const query = useStudies()
  const [dialog, setDialog] = useDialogParam(['create'])
  const create = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setDialog('create')}>
      Create a study
    </Button>
  )

  return (
    <Page
      title="Studies"
      description="A study holds seed sets, what evolvers made of them in each round, and the metrics of every row."
      actions={create}
    >
      <PageTitle parts={['Studies']} />
      <QueryState
        query={query}
        what="The studies could not be read"
        skeleton={<LoadingLines lines={4} height={56} />}
      >
        {(studies) =>
          studies.length === 0 ? (
            <div className="ev-panel">
              <EmptyState title="No study yet" action={create}>
                Create one and drop your files on it: seeds, evolved rounds, in JSON, JSONL, Alpaca,
                ShareGPT or messages format. The sample study comes back with{' '}
                <code className="ev-mono">npm run evolens -- sample</code>.
              </EmptyState>
            </div>
          ) : (
            <ScrollRegion label="Studies">
              <table className="ev-table">
                <thead>
                  <tr>
                    <th scope="col">Study</th>
                    <th scope="col" className="ev-num">
                      Rows
                    </th>
                    <th scope="col" className="ev-num">
                      Seed sets
                    </th>
                    <th scope="col" className="ev-num">
                      Evolvers
                    </th>
                    <th scope="col" className="ev-num">
                      Cells
                    </th>
                    <th scope="col" className="ev-num">
                      Jobs
                    </th>
                    <th scope="col">Created</th>
                    <th scope="col">
                      <span className="ev-dim">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {studies.map((study) => (
                    <StudyRow key={study.id} study={study} />
                  ))}
                </tbody>
              </table>
            </ScrollRegion>
          )
        }
      </QueryState>
      <CreateStudyDialog opened={dialog === 'create'} onClose={() => setDialog(null)} />
    </Page>
  )
}
