import { fakeConfigSchema } from './config'
import { CAPABILITIES, defineBackend, type CapabilityTable } from '@/lib/backends/types'

/** A seeded, deterministic stand-in for every capability; its numbers mean nothing. */
export const fake = defineBackend({
  id: 'fake',
  label: 'Fake (for tests and demonstrations)',
  description:
    'Answers at once and always alike. Its numbers mean nothing; use it to try the pages.',
  capabilities: CAPABILITIES,
  config: fakeConfigSchema,
  async open(config) {
    const { openFake } = await import('./session')
    return openFake(config)
  },
  async probe(config) {
    const { fakeIdentity } = await import('./session')
    const capabilities = Object.fromEntries(
      CAPABILITIES.map((name) => [name, { state: 'yes' }]),
    ) as CapabilityTable
    return {
      capabilities,
      identity: fakeIdentity(config),
      models: [`fake-${config.seed}`],
      steps: [
        { id: 'connect', name: 'connect', state: 'pass', detail: 'made up, always available' },
      ],
      latencyMs: 0,
    }
  },
})
