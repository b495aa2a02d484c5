import { createMcpHandler } from '@modelcontextprotocol/server'
import { mcpEndpoint } from '@/lib/api/mcp'
import { serve } from '@/lib/http/route'
import { askOver } from '@/lib/mcp/over-http'
import { createMcpServer } from '@/lib/mcp/server'
import { ownSite } from '@/lib/services/pictures'

export const POST = serve(mcpEndpoint, ({ ctx: { config }, request }) => {
  const { origin, token } = ownSite(config)
  const handler = createMcpHandler(() =>
    createMcpServer({
      ask: askOver(origin, token),
      allowWrite: config.mcpWrite,
      howToAllow: 'Start Evolens with EVOLENS_MCP_WRITE=1 to allow changes.',
    }),
  )
  return handler.fetch(request)
})
