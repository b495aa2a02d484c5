import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { AppFrame } from '@/components/shell/app-frame'
import { NAV_COOKIE } from '@/components/shell/nav-cookie'
import { readConfig } from '@/lib/config'

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  // Reading the cookie also makes every page dynamic: nothing of a study is known at build time.
  const jar = await cookies()
  return (
    <AppFrame
      isNavNarrow={jar.get(NAV_COOKIE)?.value === 'narrow'}
      hasSession={readConfig().accessToken !== null}
    >
      {children}
    </AppFrame>
  )
}
