'use client'

import { useSystem } from '@/components/hooks/use-system'
import { Facts } from '@/components/ui/facts'
import { formatDateTime } from '@/lib/contracts/format'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import classes from './backends.module.css'

/** Where data lives and whether the worker is alive; what a bug report needs. */
export function SystemSection() {
  const query = useSystem()
  return (
    <Section title="This installation">
      <QueryState query={query} what="The system could not be read" lines={3}>
        {(system) => {
          const { alive, isStarting, pid, heartbeatAt } = system.worker
          const facts = [
            ['Version', `${system.version}, Node ${system.node}, ${system.platform}`],
            [
              'Worker',
              alive
                ? `running, process ${pid ?? 'unknown'}`
                : isStarting
                  ? 'starting'
                  : `not running${heartbeatAt === null ? '' : `, last seen ${formatDateTime(heartbeatAt)}`}`,
            ],
            [
              'Process priority',
              system.niceness === 0
                ? 'normal (EVOLENS_NICE is 0)'
                : `lowered, so that other programs go first (EVOLENS_NICE is ${system.niceness})`,
            ],
            ['Database and uploads', system.dataDir],
            ['Caches and models', system.cacheDir],
          ] as const
          return (
            <div className={`ev-panel ${classes.facts}`}>
              <Facts facts={facts} />
            </div>
          )
        }}
      </QueryState>
    </Section>
  )
}
