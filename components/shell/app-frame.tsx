'use client'

import { AppShell, ActionIcon, Tooltip, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { spotlight } from '@mantine/spotlight'
import { IconMenu2, IconSearch } from '@tabler/icons-react'
import Link from 'next/link'
import { useParams } from 'next/navigation'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useJobFeed } from '@/components/hooks/use-job-feed'
import { BrandMark } from './brand-mark'
import { CommandPalette } from './command-palette'
import classes from './frame.module.css'
import { GoShortcuts, ShortcutSheet } from './frame-shortcuts'
import { JobIndicator } from './job-indicator'
import { LogoutButton } from './logout-button'
import { NAV_COOKIE } from './nav-cookie'
import { Navigation } from './navigation'
import { ProgressFavicon } from './progress-favicon'
import { StudySwitcher } from './study-switcher'
import { ThemeToggle } from './theme-toggle'
import { WorkerNotice } from './worker-notice'

const NAV_WIDTH = 200
const NAV_WIDTH_NARROW = 50

interface AppFrameProps {
  isNavNarrow: boolean
  /** An access token is configured, so that one can log out. */
  hasSession: boolean
  children: ReactNode
}

/** Header, navigation, palette and keys around every page. */
export function AppFrame({ isNavNarrow, hasSession, children }: AppFrameProps) {
  const { studyId } = useParams<{ studyId?: string }>()
  useJobFeed()
  const [isNarrow, setIsNarrow] = useState(isNavNarrow)
  const [isMenuOpen, menu] = useDisclosure(false)

  const toggleNav = () => {
    const next = !isNarrow
    setIsNarrow(next)
    document.cookie = `${NAV_COOKIE}=${next ? 'narrow' : 'wide'}; path=/; max-age=31536000; samesite=lax`
  }

  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{
        width: isNarrow ? NAV_WIDTH_NARROW : NAV_WIDTH,
        breakpoint: 'sm',
        collapsed: { mobile: !isMenuOpen },
      }}
      transitionDuration={0}
      padding={0}
    >
      <a className="ev-skip" href="#content">
        Skip to the content
      </a>
      <AppShell.Header className={classes.header}>
        <ActionIcon
          hiddenFrom="sm"
          onClick={menu.toggle}
          aria-label="Menu"
          aria-expanded={isMenuOpen}
        >
          <IconMenu2 size={18} />
        </ActionIcon>
        <Link className={classes.brand} href="/studies" aria-label="Evolens, studies">
          <BrandMark />
          <span className={classes.brandText}>Evolens</span>
        </Link>
        <StudySwitcher studyId={studyId ?? null} />
        <div className={classes.spacer} />
        <Tooltip label="Pages, studies, figures, metrics, actions">
          <UnstyledButton
            className={classes.search}
            onClick={spotlight.open}
            aria-label="Command palette"
            aria-keyshortcuts="Control+K"
          >
            <IconSearch size={15} aria-hidden />
            <span className={classes.searchText}>Search or run</span>
            <kbd className={classes.kbd}>Ctrl K</kbd>
          </UnstyledButton>
        </Tooltip>
        <JobIndicator />
        <ThemeToggle />
        {hasSession && <LogoutButton />}
      </AppShell.Header>
      <AppShell.Navbar>
        <Navigation
          studyId={studyId ?? null}
          isNarrow={isNarrow && !isMenuOpen}
          onToggle={toggleNav}
          onNavigate={menu.close}
        />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <div className={classes.notice}>
          <WorkerNotice />
        </div>
        {children}
      </AppShell.Main>
      <CommandPalette studyId={studyId ?? null} />
      <GoShortcuts studyId={studyId ?? null} />
      <ShortcutSheet />
      <ProgressFavicon />
    </AppShell>
  )
}
