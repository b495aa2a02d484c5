'use client'

import type { SpotlightActionGroupData } from '@mantine/spotlight'
import { Spotlight } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useMantineColorScheme } from '@mantine/core'
import { useRouter } from 'next/navigation'
import { useMetrics } from '@/components/hooks/use-compute'
import { useFigureList } from '@/components/hooks/use-figures'
import { useStudies } from '@/components/hooks/use-studies'
import { filterQuery, useViewState } from '@/components/hooks/use-view-state'
import { GLOBAL_PAGES, STUDY_PAGES } from './pages'

// More than a screen of results is not read; the query narrows them.
const MAX_RESULTS = 60

/** Ctrl-K: pages, studies, figures, metrics and actions by name. */
export function CommandPalette({ studyId }: { studyId: string | null }) {
  const router = useRouter()
  const { state } = useViewState()
  const { data: studies } = useStudies()
  const { data: metrics } = useMetrics()
  const { data: figures } = useFigureList(studyId)
  const { setColorScheme } = useMantineColorScheme()
  const query = filterQuery(state.filter)
  const go = (href: string) => () => router.push(href)

  const pages = [
    ...(studyId ? STUDY_PAGES.map((page) => ({ page, href: page.href(studyId) + query })) : []),
    ...GLOBAL_PAGES.map((page) => ({ page, href: page.href('') })),
  ]
  const actions: SpotlightActionGroupData[] = [
    {
      group: 'Pages',
      actions: pages.map(({ page, href }) => ({
        id: `page-${page.id}`,
        label: page.label,
        rightSection: <span className="ev-dim">g {page.key}</span>,
        onClick: go(href),
      })),
    },
    {
      group: 'Studies',
      actions: (studies ?? []).map((study) => ({
        id: `study-${study.id}`,
        label: study.name,
        description: study.description.slice(0, 120),
        onClick: go(`/studies/${study.id}`),
      })),
    },
    {
      group: 'Figures',
      actions: (figures ?? []).map((figure) => ({
        id: `figure-${figure.id}`,
        label: figure.title,
        description: figure.description.slice(0, 120),
        onClick: go(`/studies/${studyId}/figures${query}#figure-${figure.id}`),
      })),
    },
    {
      group: 'Metrics',
      actions: (metrics ?? []).map((metric) => ({
        id: `metric-${metric.id}`,
        label: metric.label,
        description: metric.description.slice(0, 120),
        keywords: [metric.id],
        onClick: go(`/help#metric-${metric.id}`),
      })),
    },
    {
      group: 'Actions',
      actions: [
        ...(studyId
          ? [
              {
                id: 'compute',
                label: 'Compute metrics of this study',
                onClick: go(`/studies/${studyId}?do=compute`),
              },
              {
                id: 'import',
                label: 'Import files into this study',
                onClick: go(`/studies/${studyId}?do=import`),
              },
              {
                id: 'evolve',
                label: 'Evolve the seeds of this study',
                onClick: go(`/studies/${studyId}/experiments?do=new`),
              },
              {
                id: 'formula',
                label: 'New column from a formula',
                onClick: go(`/studies/${studyId}/rows?do=formula`),
              },
            ]
          : []),
        { id: 'create', label: 'Create a study', onClick: go('/studies?do=create') },
        { id: 'backend', label: 'Add a backend', onClick: go('/backends?do=add') },
        { id: 'light', label: 'Light theme', onClick: () => setColorScheme('light') },
        { id: 'dark', label: 'Dark theme', onClick: () => setColorScheme('dark') },
      ],
    },
  ]

  return (
    <Spotlight
      actions={actions.filter((group) => group.actions.length > 0)}
      shortcut={['mod + K']}
      nothingFound="Nothing found"
      highlightQuery
      limit={MAX_RESULTS}
      scrollable
      overlayProps={{ blur: 0, backgroundOpacity: 0.35 }}
      maxHeight={420}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.6} />,
        placeholder: 'Page, study, figure, metric or action',
        'aria-label': 'Page, study, figure, metric or action',
      }}
    />
  )
}
