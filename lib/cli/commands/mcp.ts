import process from 'node:process'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Command } from 'commander'
import { askOver } from '@/lib/mcp/over-http'
import { createMcpServer } from '@/lib/mcp/server'
import { openContext } from '../context'
import { askRoutes } from '../routes'

interface McpCommand {
  allowWrite?: boolean
  url?: string
}

/** Adds `mcp`. */
export function addMcpCommand(program: Command): void {
  program
    .command('mcp')
    .description(
      'serve studies, rows, figures and comparisons to an assistant over standard input and output (Model Context Protocol)',
    )
    .option('--allow-write', 'tools that change data too; without it the server only reads')
    .option('--url <address>', 'a running Evolens to ask, in place of the data folder')
    .action(async ({ allowWrite = false, url }: McpCommand) => {
      const token = process.env['EVOLENS_ACCESS_TOKEN'] ?? null
      const { ask, close } = url
        ? { ask: askOver(new URL(url).origin, token), close: () => Promise.resolve() }
        : askRoutes(openContext())
      const howToAllow = 'Start it as "evolens mcp --allow-write" to allow changes.'
      const handle = serveStdio(() => createMcpServer({ ask, allowWrite, howToAllow }))
      // The assistant ends the server by closing its input.
      await new Promise((resolve) => process.stdin.once('close', resolve))
      await close()
      await handle.close()
    })
}
