'use client'

import { AppShell, ActionIcon, Tooltip, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { spotlight } from '@mantine/spotlight'
import { IconLogout, IconMenu2, IconSearch } from '@tabler/icons-react'
import Link from 'next/link'
import { useParams } from 'next/navigation'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useOtherTabs } from '@/components/hooks/other-tabs'
import { useJobFeed } from '@/components/hooks/use-job-feed'
import { CommandPalette } from './command-palette'
import classes from './frame.module.css'
import { GoShortcuts, ShortcutSheet } from './frame-shortcuts'
import { JobIndicator } from './job-indicator'
import { NAV_COOKIE } from './nav-cookie'
import { Navigation } from './navigation'
import { ProgressFavicon } from './progress-favicon'
import { StudySwitcher } from './study-switcher'
import { ThemeToggle } from './theme-toggle'
import { ViewsMenu } from './views-menu'
import { WorkerNotice } from './worker-notice'

const NAV_WIDTH = 200
const NAV_WIDTH_NARROW = 50

/** The product mark: a text and what it grew into. Same drawing as the site icon. */
function BrandMark() {
  return (
    <svg width={22} height={22} viewBox="0 0 32 32" fill="none" aria-hidden>
      <rect width="32" height="32" rx="7" fill="#3f4896" />
      <path
        d="M8 23c5 0 5-7 9-7s4-7 8-7M17 16c3 0 4 4 8 4"
        stroke="#fff"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <circle cx="8" cy="23" r="2.8" fill="#fff" />
      <circle cx="17" cy="16" r="2.8" fill="#fff" />
      <circle cx="25" cy="9" r="2.8" fill="#fff" />
      <circle cx="25" cy="20" r="2.2" fill="#3f4896" stroke="#fff" strokeWidth="1.8" />
    </svg>
  )
}

/** Ends this browser's session. A form, so that it works however the page's scripts fare. */
function LogoutButton() {
  return (
    <form method="post" action="/api/logout">
      <Tooltip label="Log out">
        <ActionIcon type="submit" aria-label="Log out" size={30}>
          <IconLogout size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </form>
  )
}

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
  useOtherTabs()
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
        {studyId ? <ViewsMenu studyId={studyId} /> : null}
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
