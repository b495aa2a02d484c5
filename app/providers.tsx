'use client'

import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import type { ReactNode } from 'react'
import { useEffect, useState } from 'react'
import { isRetryable } from '@/components/hooks/api'
import { keepNewestAddress } from '@/components/hooks/newest-address'
import { ShortcutProvider } from '@/components/ui/shortcuts'
import { cssVariables, theme } from './theme'

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Another tab, the command line or the worker may change anything; a second is what a person does not notice.
        staleTime: 1_000,
        retry: (count, error) => count < 2 && isRetryable(error),
        refetchOnWindowFocus: true,
        // The server is this machine: a browser that thinks itself offline can still reach it.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })
}

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(createQueryClient)
  // A moment later, since effects of the router, which is outside of this, come after.
  useEffect(() => {
    const timer = setTimeout(() => keepNewestAddress(window))
    return () => clearTimeout(timer)
  }, [])
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <NuqsAdapter>
          <ShortcutProvider>
            <Notifications position="bottom-right" autoClose={6_000} />
            {children}
          </ShortcutProvider>
        </NuqsAdapter>
      </QueryClientProvider>
    </MantineProvider>
  )
}
