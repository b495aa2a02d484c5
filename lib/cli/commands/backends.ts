import type { Command } from 'commander'
import { addBackend, listBackends, requestProbe } from '@/lib/services/backends'
import { AppError } from '@/lib/errors'
import { openContext } from '../context'
import { followJobs } from '../follow'
import { printRows } from '../output'

/** Adds `backends`, `connect` and `probe`. */
export function addBackendCommands(program: Command): void {
  const json = () => program.opts<{ json?: boolean }>().json === true
  program
    .command('backends')
    .description('list backends and what their last probe found')
    .action(() => {
      const rows = listBackends(openContext().db).map((backend) => ({
        id: backend.id,
        kind: backend.kind,
        label: backend.label,
        can:
          backend.probe === null
            ? 'not probed'
            : Object.entries(backend.probe.capabilities)
                .filter(([, { state }]) => state === 'yes')
                .map(([name]) => name)
                .join(' '),
      }))
      printRows(rows, json())
    })
  program
    .command('probe <id>')
    .description('find out what a backend can do')
    .action(async (id: string) => {
      const context = openContext()
      await followJobs(context, [requestProbe(context.db, id).id], json())
      const backend = listBackends(context.db).find((candidate) => candidate.id === id)
      const steps = backend?.probe?.steps ?? []
      printRows(
        steps.map(({ name, state, detail }) => ({ step: name, state, detail })),
        json(),
      )
    })
  program
    .command('connect <kind> <label>')
    .description(
      'add a backend, for example: connect openai "My server" --config \'{"baseUrl": "http://127.0.0.1:8000/v1", "model": "name"}\'',
    )
    .option('--config <json>', 'its configuration; a key is named by an environment variable', '{}')
    .action((kind: string, label: string, options: { config: string }) => {
      let config: Record<string, unknown>
      try {
        config = JSON.parse(options.config) as Record<string, unknown>
      } catch {
        throw new AppError('invalid_input', '--config is not JSON.')
      }
      const { backend } = addBackend(openContext().db, { kind, label, config })
      printRows([{ id: backend.id, kind: backend.kind, label: backend.label }], json())
    })
}
