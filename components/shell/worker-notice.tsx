'use client'

import { useSystem } from '@/components/hooks/use-system'
import { Notice } from '@/components/ui/states'

/** Says so when jobs would only queue up because no worker is alive. */
export function WorkerNotice() {
  const { data: system } = useSystem()
  if (!system || system.worker.alive || system.worker.isStarting) return null
  return (
    <div style={{ padding: '12px 24px 0' }}>
      <Notice>
        The worker is not running, so jobs wait in the queue. Pages and exports work. Start it with{' '}
        <code className="ev-mono">npm start</code>; if it was started, its terminal says why it
        stopped.
      </Notice>
    </div>
  )
}
