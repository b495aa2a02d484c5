'use client'

import { Button } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { useStudy } from '@/components/hooks/use-studies'
import { Page } from '@/components/ui/page'
import { EmptyState, QueryState } from '@/components/ui/states'
import type { StudyDetail } from '@/lib/contracts/study'
import { PageTitle } from './page-title'

interface StudyPageProps {
  studyId: string
  /** Name of the page: its heading, and the first part of the tab's title. */
  title: string
  description?: ReactNode
  actions?: ReactNode
  /** Lines that stand in place of the content while it loads, about as high as it. */
  lines?: number
  height?: number
  /** What is said in place of the content: of a study without rows, or where `when` says so. */
  empty?: { title: string; text: string; when?(detail: StudyDetail): boolean }
  /** The content draws heading and margins itself once the study is known. */
  hasOwnHeading?: boolean
  children(detail: StudyDetail): ReactNode
}

/** The frame of a page of a study: title, heading, loading, failure, and what is said where there are no rows. */
export function StudyPage(props: StudyPageProps) {
  const { studyId, title, description, actions, empty, hasOwnHeading, children } = props
  const { lines = 8, height = 56 } = props
  const query = useStudy(studyId)
  const detail = query.data
  const isEmpty =
    empty !== undefined &&
    detail !== undefined &&
    (empty.when?.(detail) ?? detail.study.rowCount === 0)
  const content = (
    <QueryState query={query} what="The study could not be read" lines={lines} height={height}>
      {(data) =>
        isEmpty ? (
          <EmptyState
            title={empty.title}
            action={
              <Button
                component={Link}
                href={`/studies/${studyId}?do=import`}
                leftSection={<IconUpload size={14} />}
              >
                Import files
              </Button>
            }
          >
            {empty.text}
          </EmptyState>
        ) : (
          children(data)
        )
      }
    </QueryState>
  )
  return (
    <>
      <PageTitle parts={[title, detail?.study.name]} />
      {hasOwnHeading && detail && !isEmpty ? (
        content
      ) : (
        <Page title={title} description={description} actions={isEmpty ? null : actions}>
          {content}
        </Page>
      )}
    </>
  )
}
