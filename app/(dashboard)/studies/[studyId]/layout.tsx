import type { ReactNode } from 'react'
import { FilterChips } from '@/components/views/frame/filter-chips'

interface StudyLayoutProps {
  params: Promise<{ studyId: string }>
  children: ReactNode
}

export default async function StudyLayout({ params, children }: StudyLayoutProps) {
  const { studyId } = await params
  return (
    <>
      <FilterChips studyId={studyId} />
      {children}
    </>
  )
}
