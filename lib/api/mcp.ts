import { post } from './endpoint'

export const mcpEndpoint = post('/mcp', {
  summary:
    'Answers assistants by the Model Context Protocol (streamable HTTP, without sessions); nothing is changed unless EVOLENS_MCP_WRITE is 1.',
  takes: 'application/json',
  streams: 'application/json',
})
