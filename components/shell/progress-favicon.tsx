'use client'

import { useEffect } from 'react'
import { useJobs } from '@/components/hooks/use-jobs'
import { overallShare } from './job-indicator'

const ICON_ID = 'evolens-progress-icon'

/** Lays a ring of progress over the site icon while jobs run. */
export function ProgressFavicon() {
  const { data: jobs } = useJobs()
  const share = overallShare(jobs)
  const step = share === null ? null : Math.round(share * 20)

  useEffect(() => {
    const old = document.getElementById(ICON_ID)
    if (step === null) {
      old?.remove()
      return
    }
    const length = 2 * Math.PI * 12
    const drawn = (step / 20) * length
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none"><rect width="32" height="32" rx="7" fill="#3f4896"/><circle cx="16" cy="16" r="12" stroke="#7f87cf" stroke-width="5"/><circle cx="16" cy="16" r="12" stroke="#fff" stroke-width="5" stroke-dasharray="${drawn} ${length}" transform="rotate(-90 16 16)"/></svg>`
    const link = (old ?? document.createElement('link')) as HTMLLinkElement
    link.id = ICON_ID
    link.rel = 'icon'
    link.type = 'image/svg+xml'
    link.href = `data:image/svg+xml,${encodeURIComponent(svg)}`
    if (!old) document.head.append(link)
  }, [step])
  useEffect(() => () => document.getElementById(ICON_ID)?.remove(), [])
  return null
}
