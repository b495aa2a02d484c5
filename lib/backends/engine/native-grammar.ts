import type { LlamaLibrary, Pointer } from './library'

// id, logit and probability, four bytes each.
const WORDS = 3

/** Memory for the candidate tokens of a grammar check; one is shared by all grammars of a model. */
export class CandidateTable {
  private readonly ids: Int32Array
  private readonly values: Float32Array
  private readonly table: Pointer
  private readonly data: Pointer

  constructor(
    private readonly library: LlamaLibrary,
    private readonly vocabSize: number,
  ) {
    const data = library.allocate(4 * WORDS * vocabSize)
    this.data = data.pointer
    this.ids = new Int32Array(data.buffer)
    this.values = new Float32Array(data.buffer)
    this.table = library.allocate(library.candidateBytes).pointer
  }

  /** Returns whether the grammar allows this token next. */
  allows(sampler: Pointer, id: number): boolean {
    this.ids[0] = id
    this.values[1] = 0
    this.values[2] = 0
    this.library.writeCandidates(this.table, this.data, 1)
    this.library.applySampler(sampler, this.table)
    return Number.isFinite(this.values[1])
  }

  /** Returns a copy of the logits in which every token that the grammar forbids is minus infinity. */
  mask(sampler: Pointer, logits: Float32Array): Float32Array {
    for (let id = 0; id < this.vocabSize; id += 1) {
      this.ids[WORDS * id] = id
      this.values[WORDS * id + 1] = logits[id] as number
      this.values[WORDS * id + 2] = 0
    }
    this.library.writeCandidates(this.table, this.data, this.vocabSize)
    this.library.applySampler(sampler, this.table)
    const masked = new Float32Array(this.vocabSize)
    for (let id = 0; id < this.vocabSize; id += 1) {
      masked[id] = this.values[WORDS * id + 1] as number
    }
    return masked
  }
}

/** The state of one grammar in one reply. */
export class NativeGrammar {
  private readonly sampler: Pointer

  constructor(
    private readonly library: LlamaLibrary,
    vocab: Pointer,
    text: string,
    private readonly table: CandidateTable,
  ) {
    this.sampler = library.newGrammar(vocab, text)
    if (!this.sampler) throw new Error('llama.cpp cannot read the grammar made from the schema')
  }

  allows(id: number): boolean {
    return this.table.allows(this.sampler, id)
  }

  mask(logits: Float32Array): Float32Array {
    return this.table.mask(this.sampler, logits)
  }

  /** Moves on by a token that `allows` or `mask` has let through; any other one would end the process. */
  accept(id: number): void {
    this.library.acceptToken(this.sampler, id)
  }

  free(): void {
    this.library.freeSampler(this.sampler)
  }
}
