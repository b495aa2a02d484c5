import { describe, expect, it } from 'vitest'
import { libraryFiles } from './library'
import {
  BATCH,
  CONTEXT_PARAMS,
  MODEL_PARAMS,
  TOKEN_DATA_ARRAY,
  wrongDefaults,
  type Field,
} from './layout'

/** The byte size of a structure under the rules of the 64-bit C interfaces. */
function structSize(fields: readonly Field[]): number {
  let offset = 0
  let widest = 1
  for (const [, type] of fields) {
    const size = type === 'bool' ? 1 : /\*|size_t|int64/.test(type) ? 8 : 4
    offset = Math.ceil(offset / size) * size + size
    widest = Math.max(widest, size)
  }
  return Math.ceil(offset / widest) * widest
}

describe('structure layouts', () => {
  it('have the sizes that the C compiler gives them', () => {
    expect(structSize(MODEL_PARAMS)).toBe(80)
    expect(structSize(CONTEXT_PARAMS)).toBe(160)
    expect(structSize(BATCH)).toBe(56)
    expect(structSize(TOKEN_DATA_ARRAY)).toBe(32)
  })

  it('accept the defaults of the release and name every field that differs', () => {
    const values = Object.fromEntries(CONTEXT_PARAMS.map(([name, , initial]) => [name, initial]))
    expect(wrongDefaults(CONTEXT_PARAMS, values)).toEqual([])
    expect(wrongDefaults(CONTEXT_PARAMS, { ...values, n_ctx: 4_096, kv_unified: true })).toEqual([
      'n_ctx',
      'kv_unified',
    ])
    expect(wrongDefaults(CONTEXT_PARAMS, { ...values, cb_eval: 5n })).toEqual(['cb_eval'])
    expect(wrongDefaults(CONTEXT_PARAMS, {})).toContain('n_batch')
  })

  it('finds the libraries by name on every platform', () => {
    const linux = [
      'libggml-base.so',
      'libggml-cpu-zen4.so',
      'libggml.v0.5.0.so',
      'libllama-common.so',
      'libllama.v0.5.0.so',
    ]
    expect(libraryFiles(linux)).toEqual({
      base: 'libggml-base.so',
      ggml: 'libggml.v0.5.0.so',
      llama: 'libllama.v0.5.0.so',
    })
    const windows = ['ggml-base.dll', 'ggml-cpu.dll', 'ggml.dll', 'llama-common.dll', 'llama.dll']
    expect(libraryFiles(windows)).toEqual({
      base: 'ggml-base.dll',
      ggml: 'ggml.dll',
      llama: 'llama.dll',
    })
    expect(() => libraryFiles(['libllama.so'])).toThrow('ggml-base')
  })
})
