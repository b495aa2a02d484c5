'use client'

import { Button } from '@mantine/core'
import { IconPin } from '@tabler/icons-react'
import Link from 'next/link'
import { useState } from 'react'
import { saveFile } from '@/components/figures/frame/download'
import { fetchStory } from '@/components/hooks/use-lineage'
import { notifyError } from '@/components/ui/notify'
import { figureHref } from '@/components/views/figures/selection'
import { emptyFilter } from '@/lib/contracts/filter'
import { CASES_FIGURE, DRAWN_SEEDS, seedsText } from '@/lib/contracts/lineage'
import { storyMarkdown } from '@/lib/contracts/lineage-text'
import type { StudyDetail } from '@/lib/contracts/study'

interface CaseStudiesProps {
  detail: StudyDetail
  pins: readonly { seedSetKey: string; slot: number }[]
  onClear(): void
}

/** Leads to the figure of the pinned seeds, or saves them as Markdown, each with all steps, changed words and values. */
export function CaseStudies({ detail, pins, onClear }: CaseStudiesProps) {
  const [isBusy, setIsBusy] = useState(false)
  if (pins.length === 0) return null
  const save = async () => {
    setIsBusy(true)
    try {
      const stories = []
      for (const seed of pins) stories.push(await fetchStory(detail.study.id, seed))
      const text = stories.map((story) => storyMarkdown(story, detail.columns)).join('\n\n')
      saveFile('case-studies.md', new Blob([`${text}\n`], { type: 'text/markdown' }))
    } catch (error) {
      notifyError('The case studies were not saved', error)
    } finally {
      setIsBusy(false)
    }
  }
  return (
    <>
      <Button
        component={Link}
        variant="default"
        href={figureHref(
          detail.study.id,
          CASES_FIGURE,
          { seeds: seedsText(pins.slice(0, DRAWN_SEEDS)) },
          emptyFilter(),
        )}
      >
        Draw {pins.length > DRAWN_SEEDS ? `${DRAWN_SEEDS} of ${pins.length}` : pins.length} pinned
      </Button>
      <Button
        variant="default"
        leftSection={<IconPin size={14} />}
        loading={isBusy}
        onClick={() => void save()}
      >
        Save {pins.length} pinned as Markdown
      </Button>
      <Button variant="subtle" onClick={onClear}>
        Unpin all
      </Button>
    </>
  )
}
