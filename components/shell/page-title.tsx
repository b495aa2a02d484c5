'use client'

import { useJobs } from '@/components/hooks/use-jobs'
import { overallShare } from './job-indicator'

/** Title of the browser's tab, most specific part first, with the progress of running jobs in front. */
export function PageTitle({ parts }: { parts: readonly (string | undefined)[] }) {
  const { data: jobs } = useJobs()
  const share = overallShare(jobs)
  const progress = share === null ? '' : `${Math.floor(share * 100)} % · `
  return <title>{progress + [...parts.filter(Boolean), 'Evolens'].join(' · ')}</title>
}
