'use client'

import { ErrorState } from '@/components/ui/states'
import classes from './message.module.css'

export default function ErrorPage({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <main className={classes.main}>
      <title>Error · Evolens</title>
      <ErrorState error={error} what="This page could not be shown" onRetry={retry} />
    </main>
  )
}
