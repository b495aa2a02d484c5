import {
  IconChartHistogram,
  IconChecklist,
  IconColumns,
  IconCpu,
  IconDownload,
  IconEyeOff,
  IconFilterCog,
  IconFlask,
  IconGavel,
  IconGitBranch,
  IconHelp,
  IconLayoutGrid,
  IconList,
  IconMap2,
  IconMessage2,
  IconMessageReply,
  IconProgress,
  IconScale,
  IconStack2,
  IconTrophy,
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

const ofStudy = (id: string, label: string, icon: Icon, key: string, path = `/${id}`) => ({
  id,
  label,
  icon,
  key,
  href: (studyId: string) => `/studies/${studyId}${path}`,
})
const global = (id: string, label: string, icon: Icon, key: string) => ({
  id,
  label,
  icon,
  key,
  href: () => `/${id}`,
})

/** Pages inside a study, in the order of the work. */
export const STUDY_PAGES: readonly PageEntry[] = [
  ofStudy('overview', 'Overview', IconLayoutGrid, 'o', ''),
  ofStudy('experiments', 'Experiments', IconFlask, 'x'),
  ofStudy('rows', 'Rows', IconList, 'r'),
  ofStudy('responses', 'Responses', IconMessageReply, 'w'),
  ofStudy('lineage', 'Lineage', IconGitBranch, 'l'),
  ofStudy('figures', 'Figures', IconChartHistogram, 'f'),
  ofStudy('map', 'Map', IconMap2, 'm'),
  ofStudy('compare', 'Compare', IconColumns, 'c'),
  ofStudy('agreement', 'Agreement', IconScale, 'a'),
  ofStudy('blind', 'Blind A/B', IconEyeOff, 'd'),
  ofStudy('results', 'Results', IconTrophy, 't'),
  ofStudy('claims', 'Claims', IconChecklist, 'k'),
  ofStudy('subsets', 'Subsets', IconFilterCog, 'u'),
  ofStudy('decisions', 'Decisions', IconGavel, 'n'),
  ofStudy('export', 'Export', IconDownload, 'e'),
]

export const GLOBAL_PAGES: readonly PageEntry[] = [
  global('studies', 'Studies', IconStack2, 's'),
  global('backends', 'Backends', IconCpu, 'b'),
  global('prompts', 'Prompts', IconMessage2, 'p'),
  global('jobs', 'Jobs', IconProgress, 'j'),
  global('help', 'Help', IconHelp, 'h'),
]
