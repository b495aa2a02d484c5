import { llamaCppPythonConfigSchema } from './config'
import { defineScoring } from '@/lib/backends/scoring/define'

/** The server of llama-cpp-python, scoring by echo where the model has a BOS. */
export const llamaCppPython = defineScoring({
  id: 'llama-cpp-python',
  label: 'llama-cpp-python server',
  description:
    'Scores given text where the model has a BOS (without one its values are off by one and refused); slow, one request at a time.',
  config: llamaCppPythonConfigSchema,
  connect: async (config, env, signal) =>
    (await import('./session')).openLlamaCppPython(config, env, signal),
})
