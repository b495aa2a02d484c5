import { useQueryClient, type QueryKey } from '@tanstack/react-query'
import { useEffect } from 'react'

/** Name by which tabs of one browser hear each other. */
const CHANNEL = 'evolens-changes'

let channel: BroadcastChannel | null = null
const opened = () => (channel ??= new BroadcastChannel(CHANNEL))

/** Tells other tabs what a change made in this one touched; nothing but query keys is sent. */
export function tellOtherTabs(touched: readonly QueryKey[]): void {
  if (typeof BroadcastChannel !== 'undefined' && touched.length > 0) opened().postMessage(touched)
}

/** Reads again what was changed in another tab. */
export function useOtherTabs(): void {
  const client = useQueryClient()
  useEffect(() => {
    const tabs = opened()
    const hear = ({ data }: MessageEvent<readonly QueryKey[]>) => {
      for (const queryKey of data) void client.invalidateQueries({ queryKey })
    }
    tabs.addEventListener('message', hear)
    return () => tabs.removeEventListener('message', hear)
  }, [client])
}
