'use client'

import { Modal } from '@mantine/core'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { filterQuery, useViewState } from '@/components/hooks/use-view-state'
import { useShortcut, useShortcutList, type ShortcutKey } from '@/components/ui/shortcuts'
import { KeyGroups } from './key-groups'
import { ALWAYS_KEYS, goKey, KEYS } from './keys'
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

/** Every key that works on the page it is opened from. */
export function ShortcutSheet() {
  const list = useShortcutList()
  const [shown, setShown] = useState<readonly ShortcutKey[] | null>(null)
  useShortcut(KEYS.sheet, () => setShown([...list(), ...ALWAYS_KEYS]))
  return (
    <Modal
      opened={shown !== null}
      onClose={() => setShown(null)}
      title="Keyboard shortcuts"
      size="lg"
    >
      <KeyGroups keys={shown ?? []} />
    </Modal>
  )
}
