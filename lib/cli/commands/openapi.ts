import type { Command } from 'commander'
import { openApiDocument } from '@/lib/api/openapi'
import { APP_VERSION } from '@/lib/services/runs/definition'
import { printJson } from '../output'

/** Adds `openapi`. */
export function addOpenApiCommand(program: Command): void {
  program
    .command('openapi')
    .description('print the HTTP interface as OpenAPI 3.1, with a Python snippet for each call')
    .action(() => printJson(openApiDocument(APP_VERSION)))
}
