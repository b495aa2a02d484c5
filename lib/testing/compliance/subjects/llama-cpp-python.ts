import { llamaCppPython } from '@/lib/backends/dialects/llama-cpp-python'
import { BigramModel, type Fault } from '@/lib/testing/servers/bigram'
import { loadExchange, replaying } from '@/lib/testing/recordings/exchange'
import {
  llamaCppPythonServer,
  type LlamaCppPythonOptions,
} from '@/lib/testing/servers/llama-cpp-python'
import type { Subject } from '../subject'

const CHAT = ['chat', 'structured', 'outputLogprobs'] as const

const server = (options: LlamaCppPythonOptions = {}, bos = true, fault: Fault | null = null) =>
  llamaCppPythonServer(new BigramModel(bos, fault), options)

/** llama-cpp-python: scores with a BOS, is refused without one. */
export const LLAMA_CPP_PYTHON_SUBJECTS: readonly Subject[] = [
  {
    name: 'llama-cpp-python, BOS',
    kind: llamaCppPython,
    config: (url) => ({ baseUrl: url, model: 'NAME', dtype: 'quantised' }),
    has: [...CHAT, 'promptLogprobs', 'tokenize'],
    serve: () => server({ listsBos: true }),
    wire: 'llama-cpp-python',
    errors: {
      err_context_too_long: { call: 'score', kind: 'row', reason: 'too_long' },
      err_other: { call: 'score', kind: 'retry', reason: 'server_error' },
    },
    refusals: [
      {
        name: 'off by one without BOS (documented)',
        serve: () =>
          replaying(
            loadExchange('llama-cpp-python', 'completions_echo_without_bos_wrong'),
            server({}, false),
          ),
        capability: 'promptLogprobs',
        because: /off by one/,
      },
      {
        name: 'shifted by one, BOS or not',
        serve: () => server({}, true, 'shifted'),
        capability: 'promptLogprobs',
        because: /shifted/,
      },
      {
        name: 'echo ignored',
        serve: () => server({ ignoresEcho: true }),
        capability: 'promptLogprobs',
        because: /scores came back/,
      },
      {
        name: 'logits of the last token only',
        serve: () => server({ noLogits: true }),
        capability: 'promptLogprobs',
        because: /keeps all logits/,
      },
    ],
  },
  {
    name: 'llama-cpp-python, no BOS',
    kind: llamaCppPython,
    config: (url) => ({ baseUrl: url, model: 'NAME' }),
    has: [...CHAT, 'tokenize'],
    serve: () => server({}, false),
  },
]
