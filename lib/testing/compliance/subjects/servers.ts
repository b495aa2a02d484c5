import { infinity } from '@/lib/backends/dialects/infinity'
import { llamaServer as llamaServerKind } from '@/lib/backends/dialects/llama-server'
import { lmStudio } from '@/lib/backends/dialects/lm-studio'
import { ollama } from '@/lib/backends/dialects/ollama'
import { openai } from '@/lib/backends/dialects/openai'
import { modelStub } from '@/lib/testing/servers/openai'
import { tei } from '@/lib/backends/dialects/tei'
import { infinityServer, poolingServer, teiServer } from '@/lib/testing/servers/embeddings'
import { llamaServer } from '@/lib/testing/servers/llama-server'
import { ollamaServer } from '@/lib/testing/servers/ollama'
import { bigramServer, CHAT, named, recorded, refusal, type Subject } from '../subject'

const CHAT_ROUTE = '/v1/chat/completions'
const embedding = named({ use: 'embeddings' })
const llama = bigramServer(llamaServer, false)

/** Servers that do not score given text: chat servers, and servers of embeddings. */
export const SERVER_SUBJECTS: readonly Subject[] = [
  {
    name: 'OpenAI, chat',
    kind: openai,
    config: named(),
    has: CHAT,
    serve: () => modelStub,
    wire: 'openai',
    errors: {
      err_context_too_long: { call: 'chat', kind: 'row', reason: 'too_long' },
      err_echo_logprobs: { call: 'chat', route: CHAT_ROUTE, kind: 'config', reason: 'parameter' },
      err_quota: { call: 'chat', kind: 'config', reason: 'quota' },
      err_rate_limit: { call: 'chat', kind: 'retry', reason: 'rate_limit' },
      err_unauthorized: { call: 'open', route: CHAT_ROUTE, kind: 'config', reason: 'key' },
    },
  },
  {
    name: 'OpenAI, embeddings',
    kind: openai,
    config: embedding,
    has: ['embed'],
    serve: () => modelStub,
  },
  {
    name: 'vLLM, pooling',
    kind: openai,
    config: embedding,
    has: ['embed'],
    serve: poolingServer,
    wire: 'vllm-pooling',
    errors: { err_context_too_long: { call: 'embed', kind: 'row', reason: 'too_long' } },
  },
  {
    name: 'llama-server',
    kind: llamaServerKind,
    config: named(),
    has: [...CHAT, 'tokenize'],
    serve: () => llama(),
    wire: 'llama-server',
    errors: {
      err_bad_json: { call: 'chat', route: CHAT_ROUTE, kind: 'bug' },
      err_bad_messages: { call: 'chat', kind: 'bug' },
      err_bad_schema: { call: 'chat', kind: 'config', reason: 'bad_schema' },
      err_context_too_long: { call: 'chat', route: CHAT_ROUTE, kind: 'row', reason: 'too_long' },
      err_invalid_tokens: { call: 'chat', route: CHAT_ROUTE, kind: 'config', reason: 'vocabulary' },
      err_not_found: { call: 'chat', route: CHAT_ROUTE, kind: 'config', reason: 'not_offered' },
      err_unauthorized: { call: 'tokenize', kind: 'config', reason: 'key' },
    },
    refusals: [
      refusal(
        'echo ignored (recorded)',
        () => recorded('llama-server', 'completions_echo_ignored', llama()),
        /scores of 6 tokens .* answered with 1, of what it generated/,
      ),
      refusal(
        'prompt_logprobs ignored (recorded)',
        () => recorded('llama-server', 'completions_prompt_logprobs_ignored', llama()),
        /scores of 6 tokens .* ignores them/,
      ),
      refusal(
        'scores of a chat left out (recorded)',
        () =>
          recorded(
            'llama-server',
            'chat_echo_ignored',
            llama(),
            ({ body }) => body.logprobs === true,
          ),
        /no log-probabilities/,
        'outputLogprobs',
      ),
      refusal(
        'a choice ignored (recorded)',
        () =>
          recorded(
            'llama-server',
            'chat_structured_outputs_ignored',
            llama(),
            ({ body }) => body.response_format !== undefined,
          ),
        /ignored/,
        'structured',
      ),
    ],
  },
  {
    name: 'llama-server with BOS',
    kind: llamaServerKind,
    config: named({ model: 'default' }),
    has: [...CHAT, 'tokenize'],
    serve: () => llama({}, null, true),
  },
  {
    name: 'llama-server, embeddings',
    kind: llamaServerKind,
    config: named(),
    has: ['embed'],
    serve: () => llama({ embeddings: true, marks: true }),
    wire: 'llama-server',
    errors: {
      err_embedding_empty: { call: 'embed', kind: 'row', reason: 'empty_prompt' },
      err_embedding_too_long: { call: 'embed', kind: 'row', reason: 'too_long' },
      err_mixed_batch: {
        call: 'embed list',
        route: '/v1/embeddings',
        kind: 'split',
        reason: 'too_long',
      },
    },
  },
  {
    name: 'Ollama, chat',
    kind: ollama,
    config: named(),
    has: CHAT,
    serve: () => ollamaServer(),
    wire: 'ollama',
    errors: {
      err_busy: { call: 'chat', kind: 'retry', reason: 'overloaded' },
      err_model_not_found: { call: 'chat', kind: 'config', reason: 'not_offered' },
    },
    refusals: [
      refusal(
        'a version without log-probabilities',
        () => ollamaServer({ old: true }),
        /no log-probabilities/,
        'outputLogprobs',
      ),
    ],
  },
  {
    name: 'Ollama, embeddings',
    kind: ollama,
    config: embedding,
    has: ['embed'],
    serve: () => ollamaServer(),
  },
  {
    name: 'LM Studio, chat',
    kind: lmStudio,
    config: named(),
    has: ['chat', 'structured'],
    serve: () =>
      recorded(
        'lm-studio',
        'chat_logprobs_null',
        recorded('lm-studio', 'models', modelStub),
        ({ body }) => body.logprobs === true,
      ),
    wire: 'lm-studio',
    refusals: [
      refusal(
        'log-probabilities null (documented)',
        () => recorded('lm-studio', 'chat_logprobs_null', modelStub),
        /no log-probabilities/,
        'outputLogprobs',
      ),
    ],
  },
  {
    name: 'TEI',
    kind: tei,
    config: named(),
    has: ['embed'],
    serve: () => teiServer(),
    wire: 'tei',
    errors: {
      err_batch_too_large: { call: 'embed list', kind: 'split', reason: 'too_large' },
      err_not_embedding_model: { call: 'open', kind: 'config', reason: 'not_embedding' },
      err_overloaded: { call: 'embed', kind: 'retry', reason: 'rate_limit' },
      err_too_long: { call: 'embed', kind: 'row', reason: 'too_long' },
      err_unhealthy: { call: 'embed', route: '/embed', kind: 'retry', reason: 'overloaded' },
    },
  },
  {
    name: 'TEI, model without end marks',
    kind: tei,
    config: named(),
    has: ['embed', 'tokenize'],
    serve: () => teiServer(false),
  },
  {
    name: 'Infinity',
    kind: infinity,
    config: named(),
    has: ['embed'],
    serve: infinityServer,
    wire: 'infinity',
    errors: {
      err_overloaded: { call: 'embed', kind: 'retry', reason: 'rate_limit' },
      err_validation: { call: 'embed', kind: 'row', reason: 'refused' },
    },
  },
]
