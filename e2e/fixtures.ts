import { test as base, expect } from '@playwright/test'
import { startServer, type Server } from './server'

/** Production build, worker and a data folder of their own; removed afterwards. */
export const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, provide) => {
      const server = await startServer({ complete: true })
      await provide(server)
      await server.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ server }, provide) => {
    await provide(server.url)
  },
})

export { expect }
