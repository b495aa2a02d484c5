import { llamaCppPython } from '@/lib/backends/dialects/llama-cpp-python'
import { llamaCppPythonServer } from '@/lib/testing/servers/llama-cpp-python'
import { bigramServer, CHAT, named, recorded, refusal, scoring, type Subject } from '../subject'

const server = bigramServer(llamaCppPythonServer, true)

/** llama-cpp-python: scores with a BOS, is refused without one. */
export const LLAMA_CPP_PYTHON_SUBJECTS: readonly Subject[] = [
  {
    name: 'llama-cpp-python, BOS',
    ...scoring(llamaCppPython, 'quantised'),
    serve: () => server({ listsBos: true }),
    wire: 'llama-cpp-python',
    errors: {
      err_context_too_long: { call: 'score', kind: 'row', reason: 'too_long' },
      err_other: { call: 'score', kind: 'retry', reason: 'server_error' },
    },
    refusals: [
      refusal(
        'off by one without BOS (documented)',
        () =>
          recorded(
            'llama-cpp-python',
            'completions_echo_without_bos_wrong',
            server({}, null, false),
          ),
        /off by one/,
      ),
      refusal('shifted by one, BOS or not', () => server({}, 'shifted'), /shifted/),
      refusal('echo ignored', () => server({ ignoresEcho: true }), /scores came back/),
      refusal(
        'logits of the last token only',
        () => server({ noLogits: true }),
        /keeps all logits/,
      ),
    ],
  },
  {
    name: 'llama-cpp-python, no BOS',
    kind: llamaCppPython,
    config: named(),
    has: [...CHAT, 'tokenize'],
    serve: () => server({}, null, false),
  },
]
