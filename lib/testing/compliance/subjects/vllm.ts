import { vllm } from '@/lib/backends/dialects/vllm'
import { BigramModel, type Fault } from '@/lib/testing/servers/bigram'
import { loadExchange, replaying } from '@/lib/testing/recordings/exchange'
import { vllmServer, type VllmOptions } from '@/lib/testing/servers/vllm'
import type { Subject } from '../subject'

const has = ['chat', 'structured', 'outputLogprobs', 'promptLogprobs', 'tokenize'] as const

const server = (options: VllmOptions = {}, fault: Fault | null = null, bos = false) =>
  vllmServer(new BigramModel(bos, fault), options)

/** vLLM, scoring by its own parameter and, behind a gateway that refuses it, by echo. */
export const VLLM_SUBJECTS: readonly Subject[] = [
  {
    name: 'vLLM',
    kind: vllm,
    config: (url) => ({ baseUrl: url, model: 'NAME', dtype: 'float32' }),
    has,
    serve: () => server(),
    wire: 'vllm',
    errors: {
      err_bad_json: { call: 'score', kind: 'bug' },
      err_bad_schema: { call: 'chat', kind: 'config', reason: 'bad_schema' },
      err_bad_type: { call: 'score', kind: 'config' },
      err_chat_too_long: { call: 'chat', kind: 'row', reason: 'too_long' },
      err_context_too_long: { call: 'score', kind: 'row', reason: 'too_long' },
      err_echo_fills_context: { call: 'score', kind: 'row', reason: 'too_long' },
      err_k_over_max: { call: 'score', kind: 'config', reason: 'parameter' },
      err_max_tokens_over_model: { call: 'chat', kind: 'config', reason: 'parameter' },
      err_max_tokens_zero: { call: 'score', kind: 'row', reason: 'too_long' },
      err_mixed_batch: { call: 'score list', kind: 'split', reason: 'too_long' },
      err_model_not_found: { call: 'score', kind: 'config', reason: 'not_offered' },
      err_prompt_empty_ids: { call: 'score', kind: 'row', reason: 'empty_prompt' },
      err_prompt_empty_text: { call: 'score', kind: 'row', reason: 'empty_prompt' },
      err_prompt_fills_context: { call: 'score', kind: 'row', reason: 'too_long' },
      err_prompt_list_empty: { call: 'score', kind: 'row', reason: 'empty_prompt' },
      err_prompt_logprobs_stream: { call: 'score', kind: 'config', reason: 'parameter' },
      err_token_out_of_vocabulary: { call: 'score', kind: 'config', reason: 'vocabulary' },
      err_too_many_prompts: { call: 'score list', kind: 'split', reason: 'too_many' },
      err_top_logprobs_alone: { call: 'chat', kind: 'config' },
      err_unauthorized: { call: 'open', kind: 'config', reason: 'key' },
    },
    refusals: [
      {
        name: 'prompt_logprobs and echo ignored',
        serve: () => server({ ignores: true, ignoresEcho: true }),
        capability: 'promptLogprobs',
        because: /ignored/,
      },
      {
        name: 'scores missing from a stream (recorded)',
        serve: () => replaying(loadExchange('vllm', 'prompt_logprobs_stream_k0_missing'), server()),
        capability: 'promptLogprobs',
        because: /not JSON|event stream/,
      },
      {
        name: 'an unknown parameter ignored (recorded)',
        serve: () => replaying(loadExchange('vllm', 'unknown_field_ignored'), server()),
        capability: 'promptLogprobs',
        because: /ignored|another model|smollm2/,
      },
      {
        name: 'shifted by one',
        serve: () => server({}, 'shifted'),
        capability: 'promptLogprobs',
        because: /shifted/,
      },
      {
        name: 'clamped to -9999',
        serve: () => server({}, 'clamped'),
        capability: 'promptLogprobs',
        because: /clamped to -9999/,
      },
      {
        name: 'other numbers at every request',
        serve: () => server({}, 'noisy'),
        capability: 'promptLogprobs',
        because: /apart|determinism|prefix|order/,
      },
      {
        name: 'prompts truncated',
        serve: () => server({ truncates: 4 }),
        capability: 'promptLogprobs',
        because: /came back for|scores/,
      },
      {
        name: 'guided_choice ignored (recorded): a schema without effect',
        serve: () =>
          replaying(
            loadExchange('vllm', 'chat_guided_choice_ignored'),
            server(),
            ({ body }) => body.response_format !== undefined,
          ),
        capability: 'structured',
        because: /ignored/,
      },
    ],
  },
  {
    name: 'vLLM with BOS',
    kind: vllm,
    config: (url) => ({ baseUrl: url, model: 'NAME', dtype: 'bfloat16' }),
    has,
    serve: () => server({}, null, true),
    refusals: [
      {
        name: 'the BOS twice',
        serve: () => server({ doubleBos: true }, null, true),
        capability: 'promptLogprobs',
        because: /special tokens other than one BOS/,
      },
    ],
  },
  {
    name: 'vLLM, echo',
    kind: vllm,
    config: (url) => ({ baseUrl: url, model: 'NAME', dtype: 'float32' }),
    has,
    serve: () => server({ refuses: true }),
    refusals: [
      {
        name: 'shifted by one, echo',
        serve: () => server({ refuses: true }, 'shifted'),
        capability: 'promptLogprobs',
        because: /shifted/,
      },
    ],
  },
]
