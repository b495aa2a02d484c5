import path from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '@': path.resolve(import.meta.dirname) } },
  test: {
    include: [
      'app/**/*.test.ts',
      'lib/**/*.test.ts',
      'db/**/*.test.ts',
      'components/**/*.test.ts',
      'components/**/*.test.tsx',
    ],
    environment: 'node',
    pool: 'forks',
    // Two cores serve tests, child processes and SQLite at once; slow is not wrong.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
