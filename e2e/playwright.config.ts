import { defineConfig } from '@playwright/test'

const browser = process.env.EVOLENS_BROWSER
if (!browser) throw new Error('Start the browser tests with "npm run e2e": it finds the browser.')

export default defineConfig({
  testDir: './specs',
  outputDir: '../test-results',
  // One server a worker; two cores carry one server, one job worker and one browser.
  workers: 1,
  fullyParallel: false,
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    trace: 'on-first-retry',
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: browser,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
