'use client'

import { useSystem } from '@/components/hooks/use-system'
import { Notice } from '@/components/ui/states'

/** Says so when jobs would only queue up because no worker is alive. */
export function WorkerNotice() {
  const { data: system } = useSystem()
  if (!system || system.worker.alive || system.worker.isStarting) return null
  return (
    <Notice>
      The worker is not running, so jobs stay in the queue; pages and exports work. Start it with{' '}
      <code className="ev-mono">npm start</code>. If it was running, its terminal shows why it
      stopped.
    </Notice>
  )
}
