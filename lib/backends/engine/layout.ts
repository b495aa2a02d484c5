/** A field of a C structure: name, type, and the value that the pinned release sets by default (null: a pointer). */
export type Field = readonly [name: string, type: string, initial: number | boolean | null]

/** Release of llama.cpp whose header these layouts were written from; another release takes the public path. */
export const LAYOUT_RELEASE = 'v0.5.0'

/** struct llama_model_params, field by field in order, with the release's defaults. */
export const MODEL_PARAMS: readonly Field[] = [
  ['devices', 'void *', null],
  ['tensor_buft_overrides', 'void *', null],
  ['n_gpu_layers', 'int32_t', -1],
  ['split_mode', 'int32_t', 1],
  ['load_mode', 'int32_t', -1],
  ['lazy_mode', 'int32_t', 1],
  ['main_gpu', 'int32_t', 0],
  ['tensor_split', 'void *', null],
  ['progress_callback', 'void *', null],
  ['progress_callback_user_data', 'void *', null],
  ['kv_overrides', 'void *', null],
  ['vocab_only', 'bool', false],
  ['check_tensors', 'bool', false],
  ['use_extra_bufts', 'bool', true],
  ['no_host', 'bool', false],
  ['no_alloc', 'bool', false],
  ['load_mtp', 'bool', false],
]

/** struct llama_context_params, field by field in order, with the release's defaults. */
export const CONTEXT_PARAMS: readonly Field[] = [
  ['n_ctx', 'uint32_t', 512],
  ['n_batch', 'uint32_t', 2048],
  ['n_ubatch', 'uint32_t', 512],
  ['n_seq_max', 'uint32_t', 1],
  ['n_rs_seq', 'uint32_t', 0],
  ['n_outputs_max', 'uint32_t', 0],
  ['n_outputs_max_per_seq', 'uint32_t', 1],
  ['n_threads', 'int32_t', 4],
  ['n_threads_batch', 'int32_t', 4],
  ['ctx_type', 'int32_t', 0],
  ['rope_scaling_type', 'int32_t', -1],
  ['pooling_type', 'int32_t', -1],
  ['attention_type', 'int32_t', -1],
  ['flash_attn_type', 'int32_t', -1],
  ['rope_freq_base', 'float', 0],
  ['rope_freq_scale', 'float', 0],
  ['yarn_ext_factor', 'float', -1],
  ['yarn_attn_factor', 'float', -1],
  ['yarn_beta_fast', 'float', -1],
  ['yarn_beta_slow', 'float', -1],
  ['yarn_orig_ctx', 'uint32_t', 0],
  ['defrag_thold', 'float', -1],
  ['cb_eval', 'void *', null],
  ['cb_eval_user_data', 'void *', null],
  ['type_k', 'int32_t', 1],
  ['type_v', 'int32_t', 1],
  ['abort_callback', 'void *', null],
  ['abort_callback_data', 'void *', null],
  ['embeddings', 'bool', false],
  ['offload_kqv', 'bool', true],
  ['no_perf', 'bool', true],
  ['op_offload', 'bool', true],
  ['swa_full', 'bool', true],
  ['kv_unified', 'bool', false],
  ['samplers', 'void *', null],
  ['n_samplers', 'size_t', 0],
  ['ctx_other', 'void *', null],
]

/** struct llama_batch. */
export const BATCH: readonly Field[] = [
  ['n_tokens', 'int32_t', 0],
  ['token', 'void *', null],
  ['embd', 'void *', null],
  ['pos', 'void *', null],
  ['n_seq_id', 'void *', null],
  ['seq_id', 'void *', null],
  ['logits', 'void *', null],
]

/** struct llama_token_data_array; its data are triples of id (int32), logit and p (float). */
export const TOKEN_DATA_ARRAY: readonly Field[] = [
  ['data', 'void *', null],
  ['size', 'size_t', 0],
  ['selected', 'int64_t', -1],
  ['sorted', 'bool', false],
]

/** enum ggml_type: 32-bit floats. */
export const GGML_TYPE_F32 = 0
/** enum llama_flash_attn_type: off. */
export const FLASH_ATTENTION_OFF = 0
/** enum llama_token_attr: bits read here. */
export const TOKEN_ATTR = { unknown: 1, control: 8, stripLeft: 128, stripRight: 256 } as const

/** Returns the names of the fields whose values are not the release's defaults; empty when the layout holds. */
export function wrongDefaults(
  fields: readonly Field[],
  values: Readonly<Record<string, unknown>>,
): string[] {
  return fields
    .filter(([name, , initial]) => {
      const value = values[name]
      return initial === null ? value !== null : Number(value) !== Number(initial)
    })
    .map(([name]) => name)
}
