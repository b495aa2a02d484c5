'use client'

import { Tooltip, UnstyledButton } from '@mantine/core'
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { filterQuery, useViewState } from '@/components/hooks/use-view-state'
import classes from './frame.module.css'
import type { PageEntry } from './pages'
import { GLOBAL_PAGES, STUDY_PAGES } from './pages'

interface NavigationProps {
  studyId: string | null
  isNarrow: boolean
  onToggle(): void
  onNavigate(): void
}

export function Navigation({ studyId, isNarrow, onToggle, onNavigate }: NavigationProps) {
  const pathname = usePathname()
  const { state } = useViewState()
  // The filter of a study goes along from page to page.
  const query = studyId ? filterQuery(state.filter) : ''

  const hrefs = [
    ...(studyId ? STUDY_PAGES.map((page) => page.href(studyId)) : []),
    ...GLOBAL_PAGES.map((page) => page.href('')),
  ]
  // A page may have pages below it, as the overview and the list of studies have.
  const current = hrefs
    .filter((href) => pathname === href || pathname.startsWith(`${href}/`))
    .toSorted((a, b) => b.length - a.length)[0]

  const link = (page: PageEntry, id: string, suffix: string) => {
    const href = page.href(id)
    const isCurrent = href === current
    const PageIcon = page.icon
    return (
      <Tooltip key={page.id} label={page.label} position="right" disabled={!isNarrow}>
        <Link
          className={classes.link}
          href={href + suffix}
          onClick={onNavigate}
          aria-current={isCurrent ? 'page' : undefined}
          aria-label={page.label}
        >
          <PageIcon size={18} stroke={1.6} aria-hidden />
          {isNarrow ? null : page.label}
        </Link>
      </Tooltip>
    )
  }

  const ToggleIcon = isNarrow ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse
  return (
    <nav className={classes.nav} aria-label="Pages">
      {studyId ? (
        <>
          {STUDY_PAGES.map((page) => link(page, studyId, query))}
          <div className={classes.rule} role="presentation" />
        </>
      ) : null}
      {GLOBAL_PAGES.map((page) => link(page, '', ''))}
      <div className={classes.bottom}>
        <UnstyledButton
          className={classes.link}
          visibleFrom="sm"
          onClick={onToggle}
          w="100%"
          aria-label={isNarrow ? 'Widen the navigation' : 'Narrow the navigation'}
        >
          <ToggleIcon size={18} stroke={1.6} aria-hidden />
          {isNarrow ? null : 'Collapse'}
        </UnstyledButton>
      </div>
    </nav>
  )
}
