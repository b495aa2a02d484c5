import type { ReactNode } from 'react'
import { FilterChips } from '@/components/shell/filter-chips'
import { DescribeDrawer } from '@/components/views/rows/filter/describe-drawer'
import classes from '@/components/shell/frame.module.css'

interface StudyLayoutProps {
  params: Promise<{ studyId: string }>
  children: ReactNode
}

export default async function StudyLayout({ params, children }: StudyLayoutProps) {
  const { studyId } = await params
  return (
    <div className={classes.study}>
      <FilterChips studyId={studyId} />
      {children}
      <DescribeDrawer studyId={studyId} />
    </div>
  )
}
