import { z } from 'zod'
import { askIfOffered } from '@/lib/backends/scoring/ask'
import { OPENAI, type OpenaiFlavour } from '../openai/session'

// Its own description of models, beside the OpenAI-compatible list (version 0.3.6 and newer).
const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string().max(500),
      quantization: z.string().max(100).nullish().catch(null),
      loaded_context_length: z.number().int().positive().nullish().catch(null),
    }),
  ),
})

const describe: OpenaiFlavour['describe'] = async (client, model, signal) => {
  const list = await askIfOffered(client, '/api/v0/models', modelsSchema, signal)
  const entry = list?.data.find(({ id }) => id === model)
  return {
    contextLength: entry?.loaded_context_length ?? null,
    dtype: entry?.quantization ?? '',
  }
}

/** LM Studio: OpenAI's routes, with scores left out of chat replies. */
export const LM_STUDIO: OpenaiFlavour = {
  kind: 'lm-studio',
  server: 'LM Studio',
  missing: {
    promptLogprobs: {
      state: 'no',
      reason: 'LM Studio does not return log-probabilities of given text.',
      remedy:
        'For losses and IFD use vLLM, SGLang, or the embedded engine with the same GGUF file.',
    },
    tokenize: { state: 'no', reason: 'LM Studio has no tokenizer route over HTTP.' },
  },
  remedies: {
    ...OPENAI.remedies,
    outputLogprobs: {
      remedy:
        'LM Studio leaves them out of chat replies. Serve the same GGUF file with llama-server.',
    },
  },
  describe,
}
