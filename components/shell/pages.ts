import {
  IconChartHistogram,
  IconColumns,
  IconCpu,
  IconDownload,
  IconHelp,
  IconLayoutGrid,
  IconList,
  IconMessage2,
  IconProgress,
  IconScale,
  IconStack2,
  type Icon,
} from '@tabler/icons-react'

export interface PageEntry {
  id: string
  label: string
  icon: Icon
  /** Letter after `g`. */
  key: string
  href(studyId: string): string
}

/** Pages inside a study, in the order of the work. */
export const STUDY_PAGES: readonly PageEntry[] = [
  {
    id: 'overview',
    label: 'Overview',
    icon: IconLayoutGrid,
    key: 'o',
    href: (id) => `/studies/${id}`,
  },
  { id: 'rows', label: 'Rows', icon: IconList, key: 'r', href: (id) => `/studies/${id}/rows` },
  {
    id: 'figures',
    label: 'Figures',
    icon: IconChartHistogram,
    key: 'f',
    href: (id) => `/studies/${id}/figures`,
  },
  {
    id: 'compare',
    label: 'Compare',
    icon: IconColumns,
    key: 'c',
    href: (id) => `/studies/${id}/compare`,
  },
  {
    id: 'agreement',
    label: 'Agreement',
    icon: IconScale,
    key: 'a',
    href: (id) => `/studies/${id}/agreement`,
  },
  {
    id: 'export',
    label: 'Export',
    icon: IconDownload,
    key: 'e',
    href: (id) => `/studies/${id}/export`,
  },
]

export const GLOBAL_PAGES: readonly PageEntry[] = [
  { id: 'studies', label: 'Studies', icon: IconStack2, key: 's', href: () => '/studies' },
  { id: 'backends', label: 'Backends', icon: IconCpu, key: 'b', href: () => '/backends' },
  { id: 'prompts', label: 'Prompts', icon: IconMessage2, key: 'p', href: () => '/prompts' },
  { id: 'jobs', label: 'Jobs', icon: IconProgress, key: 'j', href: () => '/jobs' },
  { id: 'help', label: 'Help', icon: IconHelp, key: 'h', href: () => '/help' },
]
