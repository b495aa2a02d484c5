import type { Command } from 'commander'
import { listBackends } from '@/lib/services/backends'
import { openContext } from '../context'
import { printJson, printRows, wantsJson } from '../output'
import { addConnectCommand } from './connect'
import { abilities, addProbeCommand } from './probe'

/** Adds `backends`, `connect` and `probe`. */
export function addBackendCommands(program: Command): void {
  const json = () => wantsJson(program)
  program
    .command('backends')
    .description('list backends and what their last probe found')
    .action(() => {
      const backends = listBackends(openContext().db)
      if (json()) {
        printJson(backends)
        return
      }
      printRows(
        backends.map((backend) => ({
          id: backend.id,
          kind: backend.kind,
          label: backend.label,
          address: backend.config['baseUrl'] ?? '-',
          can: backend.probe === null ? 'not probed' : abilities(backend).join(' ') || 'nothing',
        })),
        false,
      )
    })
  addProbeCommand(program, json)
  addConnectCommand(program, json)
}
