import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import koffi from 'koffi'
import { projectRoot } from '../child-process/root'
import {
  BATCH,
  CONTEXT_PARAMS,
  LAYOUT_RELEASE,
  MODEL_PARAMS,
  TOKEN_DATA_ARRAY,
  wrongDefaults,
} from './layout'
import type { Field } from './layout'

/** An address in the library's memory; null is the null pointer. */
export type Pointer = unknown

/** Values of a C structure passed by value. */
export type StructValue = Record<string, unknown>

/** The functions of llama.cpp that the fast path calls; names and meaning as in llama.h of the pinned release. */
export interface LlamaLibrary {
  modelParams(): StructValue
  contextParams(): StructValue
  loadModel(file: string, params: StructValue): Pointer
  freeModel(model: Pointer): void
  newContext(model: Pointer, params: StructValue): Pointer
  freeContext(context: Pointer): void
  setThreads(context: Pointer, generation: number, batch: number): void
  memory(context: Pointer): Pointer
  clearMemory(memory: Pointer, data: boolean): void
  removeSequence(memory: Pointer, sequence: number, from: number, to: number): boolean
  decode(context: Pointer, batch: StructValue): number
  logits(context: Pointer): Pointer
  contextOfSequence(context: Pointer): number
  vocab(model: Pointer): Pointer
  vocabSize(vocab: Pointer): number
  metadata(model: Pointer, key: string): string | null
  chatTemplate(model: Pointer): string | null
  tokenize(vocab: Pointer, text: string, addSpecial: boolean): Int32Array
  piece(vocab: Pointer, id: number, special: boolean): Uint8Array
  attributes(vocab: Pointer, id: number): number
  isEnd(vocab: Pointer, id: number): boolean
  addsBos(vocab: Pointer): boolean
  bos(vocab: Pointer): number
  eos(vocab: Pointer): number
  newGrammar(vocab: Pointer, grammar: string): Pointer
  applySampler(sampler: Pointer, candidates: Pointer): void
  acceptToken(sampler: Pointer, id: number): void
  freeSampler(sampler: Pointer): void
  /** Writes a llama_token_data_array into memory from `allocate`. */
  writeCandidates(at: Pointer, data: Pointer, size: number): void
  candidateBytes: number
  /** Memory of the library's kind, never freed before the process ends. */
  allocate(bytes: number): { pointer: Pointer; buffer: ArrayBuffer; address: bigint }
  view(pointer: Pointer, bytes: number): ArrayBuffer
}

function platformNames(gpu: string | false): string[] {
  const system = { linux: 'linux', darwin: 'mac', win32: 'win' }[process.platform as string]
  if (!system) return []
  const base = `${system}-${process.arch}`
  return gpu ? [`${base}-${gpu}`, base] : [base, `${base}-metal`]
}

/** Returns the folder of the prebuilt libraries for this machine. Throws when the platform has none. */
export function libraryFolder(gpu: string | false): string {
  const scope = path.join(projectRoot(), 'node_modules', '@node-llama-cpp')
  for (const name of platformNames(gpu)) {
    const folder = path.join(scope, name, 'bins', name)
    if (existsSync(folder)) return folder
  }
  throw new Error(`there are no prebuilt libraries for ${process.platform} ${process.arch}`)
}

/** Returns the files of the three libraries inside a folder. Throws when one is missing. */
export function libraryFiles(names: readonly string[]): {
  base: string
  ggml: string
  llama: string
} {
  const find = (stem: string) => {
    const pattern = new RegExp(`^(lib)?${stem}(\\.[\\w.]*)?\\.(so|dylib|dll)$`)
    const found = names.find((name) => pattern.test(name))
    if (!found) throw new Error(`the prebuilt libraries lack ${stem}`)
    return found
  }
  return { base: find('ggml-base'), ggml: find('ggml'), llama: find('llama') }
}

function struct(fields: readonly Field[]) {
  return koffi.struct(Object.fromEntries(fields.map(([name, type]) => [name, type])))
}

/**
 * Loads llama.cpp's libraries from a folder and returns their functions. Throws a plain Error with the reason when a
 * library or function is missing or the structures are not those of the pinned release; nothing has been called then
 * that takes a structure.
 */
export function openLibrary(folder: string, release: string): LlamaLibrary {
  if (release !== LAYOUT_RELEASE) {
    throw new Error(`llama.cpp ${release} is installed, the layouts are those of ${LAYOUT_RELEASE}`)
  }
  const files = libraryFiles(readdirSync(folder))
  const open = (name: string) => koffi.load(path.join(folder, name), { global: true, lazy: true })
  open(files.base)
  const ggml = open(files.ggml)
  const llama = open(files.llama)
  const modelParams = struct(MODEL_PARAMS)
  const contextParams = struct(CONTEXT_PARAMS)
  const batch = struct(BATCH)
  const candidates = struct(TOKEN_DATA_ARRAY)

  // node-llama-cpp registers the same back ends; a second registration would list every device twice.
  const registered = Number(ggml.func('size_t ggml_backend_reg_count()')())
  if (registered === 0) ggml.func('void ggml_backend_load_all_from_path(const char *)')(folder)
  llama.func('void llama_backend_init()')()

  const modelDefaults = llama.func('llama_model_default_params', modelParams, [])
  const contextDefaults = llama.func('llama_context_default_params', contextParams, [])
  const wrong = [
    ...wrongDefaults(MODEL_PARAMS, modelDefaults() as StructValue),
    ...wrongDefaults(CONTEXT_PARAMS, contextDefaults() as StructValue),
  ]
  if (wrong.length > 0) throw new Error(`unexpected default parameters: ${wrong.join(', ')}`)

  const metaValue = llama.func(
    'int32_t llama_model_meta_val_str(void *, const char *, _Out_ uint8_t *, size_t)',
  )
  const tokenize = llama.func(
    'int32_t llama_tokenize(void *, const uint8_t *, int32_t, _Out_ int32_t *, int32_t, bool, bool)',
  )
  const piece = llama.func(
    'int32_t llama_token_to_piece(void *, int32_t, _Out_ uint8_t *, int32_t, int32_t, bool)',
  )
  const grammar = llama.func('void *llama_sampler_init_grammar(void *, const char *, const char *)')
  const template = llama.func('const char *llama_model_chat_template(void *, void *)')
  let scratch = new Uint8Array(256)

  return {
    modelParams: modelDefaults,
    contextParams: contextDefaults,
    loadModel: llama.func('llama_model_load_from_file', 'void *', ['str', modelParams]),
    freeModel: llama.func('void llama_model_free(void *)'),
    newContext: llama.func('llama_init_from_model', 'void *', ['void *', contextParams]),
    freeContext: llama.func('void llama_free(void *)'),
    setThreads: llama.func('void llama_set_n_threads(void *, int32_t, int32_t)'),
    memory: llama.func('void *llama_get_memory(void *)'),
    clearMemory: llama.func('void llama_memory_clear(void *, bool)'),
    removeSequence: llama.func('bool llama_memory_seq_rm(void *, int32_t, int32_t, int32_t)'),
    decode: llama.func('llama_decode', 'int32_t', ['void *', batch]),
    logits: llama.func('void *llama_get_logits(void *)'),
    contextOfSequence: llama.func('uint32_t llama_n_ctx_seq(void *)'),
    vocab: llama.func('void *llama_model_get_vocab(void *)'),
    vocabSize: llama.func('int32_t llama_vocab_n_tokens(void *)'),
    metadata(model, key) {
      const target = new Uint8Array(4_096)
      const length = Number(metaValue(model, key, target, target.length))
      return length < 0 ? null : new TextDecoder().decode(target.subarray(0, length))
    },
    chatTemplate: (model) => template(model, null) as string | null,
    tokenize(vocab, text, addSpecial) {
      const bytes = new TextEncoder().encode(text)
      const ids = new Int32Array(bytes.length + 8)
      const count = Number(tokenize(vocab, bytes, bytes.length, ids, ids.length, addSpecial, false))
      if (count < 0) throw new Error(`the tokenizer needs ${-count} places`)
      return ids.slice(0, count)
    },
    piece(vocab, id, special) {
      let length = Number(piece(vocab, id, scratch, scratch.length, 0, special))
      if (length < 0) {
        scratch = new Uint8Array(-length)
        length = Number(piece(vocab, id, scratch, scratch.length, 0, special))
      }
      return scratch.slice(0, Math.max(0, length))
    },
    attributes: llama.func('int32_t llama_vocab_get_attr(void *, int32_t)'),
    isEnd: llama.func('bool llama_vocab_is_eog(void *, int32_t)'),
    addsBos: llama.func('bool llama_vocab_get_add_bos(void *)'),
    bos: llama.func('int32_t llama_vocab_bos(void *)'),
    eos: llama.func('int32_t llama_vocab_eos(void *)'),
    newGrammar: (vocab, text) => grammar(vocab, text, 'root') as Pointer,
    applySampler: llama.func('void llama_sampler_apply(void *, void *)'),
    acceptToken: llama.func('void llama_sampler_accept(void *, int32_t)'),
    freeSampler: llama.func('void llama_sampler_free(void *)'),
    writeCandidates(at, data, size) {
      koffi.encode(at, candidates, { data, size, selected: -1, sorted: false })
    },
    candidateBytes: koffi.sizeof(candidates),
    allocate(bytes) {
      const pointer: Pointer = koffi.alloc('uint8_t', bytes)
      return { pointer, buffer: koffi.view(pointer, bytes), address: koffi.address(pointer) }
    },
    view: (pointer, bytes) => koffi.view(pointer, bytes),
  }
}
