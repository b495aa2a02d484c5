'use client'

import { ErrorState } from '@/components/ui/states'

export default function ErrorPage({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <main style={{ padding: 24 }}>
      <title>Error · Evolens</title>
      <ErrorState error={error} what="This page could not be drawn" onRetry={retry} />
    </main>
  )
}
