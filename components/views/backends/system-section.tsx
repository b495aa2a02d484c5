'use client'

import { useSystem } from '@/components/hooks/use-system'
import { formatDateTime } from '@/components/ui/format'
import { Section } from '@/components/ui/page'
import { LoadingLines, QueryState } from '@/components/ui/states'

/** Where data lives and whether the worker is alive; what a bug report needs. */
export function SystemSection() {
  const query = useSystem()
  return (
    <Section title="This installation">
      <QueryState
        query={query}
        what="The system could not be read"
        skeleton={<LoadingLines lines={3} />}
      >
        {(system) => {
          const { alive, isStarting, pid, heartbeatAt } = system.worker
          const facts = [
            ['Version', `${system.version}, Node ${system.node}, ${system.platform}`],
            [
              'Worker',
              alive
                ? `alive, process ${pid ?? 'unknown'}`
                : isStarting
                  ? 'starting'
                  : `not running${heartbeatAt === null ? '' : `, last seen ${formatDateTime(heartbeatAt)}`}`,
            ],
            [
              'Priority of computations',
              system.niceness === 0
                ? 'that of other programs (EVOLENS_NICE is 0)'
                : `lowered: other programs go first (EVOLENS_NICE is ${system.niceness})`,
            ],
            ['Database and uploads', system.dataDir],
            ['Caches and models', system.cacheDir],
          ] as const
          return (
            <div className="ev-panel ev-scroll-x">
              <table className="ev-table">
                <tbody>
                  {facts.map(([name, value]) => (
                    <tr key={name}>
                      <th scope="row" style={{ width: 180 }}>
                        {name}
                      </th>
                      <td style={{ overflowWrap: 'anywhere' }}>{value}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }}
      </QueryState>
    </Section>
  )
}
