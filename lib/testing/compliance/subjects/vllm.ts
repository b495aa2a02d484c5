import { vllm } from '@/lib/backends/dialects/vllm'
import { vllmServer } from '@/lib/testing/servers/vllm'
import { bigramServer, recorded, refusal, scoring, type Subject } from '../subject'

const server = bigramServer(vllmServer, false)

/** vLLM, scoring by its own parameter and, behind a gateway that refuses it, by echo. */
export const VLLM_SUBJECTS: readonly Subject[] = [
  {
    name: 'vLLM',
    ...scoring(vllm, 'float32'),
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
      refusal(
        'prompt_logprobs and echo ignored',
        () => server({ ignores: true, ignoresEcho: true }),
        /ignored/,
      ),
      refusal(
        'scores missing from a stream (recorded)',
        () => recorded('vllm', 'prompt_logprobs_stream_k0_missing', server()),
        /not JSON|event stream/,
      ),
      refusal(
        'an unknown parameter ignored (recorded)',
        () => recorded('vllm', 'unknown_field_ignored', server()),
        /ignored|another model|smollm2/,
      ),
      refusal('shifted by one', () => server({}, 'shifted'), /shifted/),
      refusal('clamped to -9999', () => server({}, 'clamped'), /clamped to -9999/),
      refusal(
        'other numbers at every request',
        () => server({}, 'noisy'),
        /apart|determinism|prefix|order/,
      ),
      refusal('prompts truncated', () => server({ truncates: 4 }), /came back for|scores/),
      refusal(
        'guided_choice ignored (recorded): a schema without effect',
        () =>
          recorded(
            'vllm',
            'chat_guided_choice_ignored',
            server(),
            ({ body }) => body.response_format !== undefined,
          ),
        /ignored/,
        'structured',
      ),
    ],
  },
  {
    name: 'vLLM with BOS',
    ...scoring(vllm, 'bfloat16'),
    serve: () => server({}, null, true),
    refusals: [
      refusal(
        'the BOS twice',
        () => server({ doubleBos: true }, null, true),
        /special tokens other than one BOS/,
      ),
    ],
  },
  {
    name: 'vLLM, echo',
    ...scoring(vllm, 'float32'),
    serve: () => server({ refuses: true }),
    refusals: [
      refusal('shifted by one, echo', () => server({ refuses: true }, 'shifted'), /shifted/),
    ],
  },
]
