'use client'

import { useRouter } from 'next/navigation'
import { filterQuery, useViewState } from '@/components/hooks/use-view-state'
import { useShortcut } from '@/components/ui/shortcuts'
import { goKey } from './keys'
import type { PageEntry } from './pages'
import { GLOBAL_PAGES, STUDY_PAGES } from './pages'

function GoShortcut({ page, href }: { page: PageEntry; href: string }) {
  const router = useRouter()
  useShortcut(goKey(page), () => router.push(href))
  return null
}

/** `g` then a letter: every page that can be reached from here. */
export function GoShortcuts({ studyId }: { studyId: string | null }) {
  const { state } = useViewState()
  return (
    <>
      {GLOBAL_PAGES.map((page) => (
        <GoShortcut key={page.id} page={page} href={page.href('')} />
      ))}
      {studyId
        ? STUDY_PAGES.map((page) => (
            <GoShortcut
              key={page.id}
              page={page}
              href={page.href(studyId) + filterQuery(state.filter)}
            />
          ))
        : null}
    </>
  )
}
