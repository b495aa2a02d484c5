import type { LlamaLibrary, Pointer } from './library'

// id, logit and probability, four bytes each.
const WORDS = 3
// Replies under one schema go through some dozen states; those of long free texts are never met again.
const MAX_STATES = 512
// Tokens that are gone over sooner one by one than a whole vocabulary.
const FEW = 4_096

/** Memory for the candidate tokens of a grammar check; one is shared by all grammars of a model. */
export class CandidateTable {
  private readonly ids: Int32Array
  private readonly values: Float32Array
  private readonly table: Pointer
  private readonly data: Pointer

  constructor(
    private readonly library: LlamaLibrary,
    readonly vocabSize: number,
  ) {
    const data = library.allocate(4 * WORDS * vocabSize)
    this.data = data.pointer
    this.ids = new Int32Array(data.buffer)
    this.values = new Float32Array(data.buffer)
    this.table = library.allocate(library.candidateBytes).pointer
  }

  /** Returns whether the grammar allows this token next. */
  allows(sampler: Pointer, id: number): boolean {
    this.apply(sampler, id, 1)
    return Number.isFinite(this.values[1])
  }

  /** Returns a bit for each token: 1 where the grammar allows it next. */
  allowed(sampler: Pointer): Uint8Array {
    this.apply(sampler, 0, this.vocabSize)
    const bits = new Uint8Array(Math.ceil(this.vocabSize / 8))
    for (let id = 0; id < this.vocabSize; id += 1) {
      if (Number.isFinite(this.values[WORDS * id + 1])) bits[id >> 3]! |= 1 << (id & 7)
    }
    return bits
  }

  private apply(sampler: Pointer, first: number, count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.ids[WORDS * i] = first + i
      this.values[WORDS * i + 1] = 0
      this.values[WORDS * i + 2] = 0
    }
    this.library.writeCandidates(this.table, this.data, count)
    this.library.applySampler(sampler, this.table)
  }
}

/** What is known of a grammar after some tokens: replies under one schema meet the same few again and again. */
interface GrammarState {
  next: Map<number, GrammarState>
  allowed: Uint8Array | null
  /** The allowed ids in order, where they are few. */
  few: Int32Array | null
  isOver: boolean | null
  visits: number
}

function newState(): GrammarState {
  return { next: new Map(), allowed: null, few: null, isOver: null, visits: 0 }
}

function isSet(bits: Uint8Array, id: number): boolean {
  return (((bits[id >> 3] as number) >> (id & 7)) & 1) === 1
}

/** Calls with the place of each bit that is set, in order. */
function forEachSet(bits: Uint8Array, visit: (id: number) => void): void {
  for (let byte = 0; byte < bits.length; byte += 1) {
    // Most tokens are forbidden: eight at once are passed over.
    if (bits[byte] === 0) continue
    for (let id = 8 * byte; id < 8 * byte + 8; id += 1) if (isSet(bits, id)) visit(id)
  }
}

function idsOf(bits: Uint8Array): number[] {
  const ids: number[] = []
  forEachSet(bits, (id) => ids.push(id))
  return ids
}

/** A grammar, with what replies under it have found out: going over a whole vocabulary takes as long as a token. */
export class GrammarRules {
  private readonly start = newState()
  private states = 1

  constructor(
    readonly library: LlamaLibrary,
    private readonly vocab: Pointer,
    private readonly text: string,
    readonly table: CandidateTable,
  ) {
    // Whether the text can be read shows here, and not in the middle of a reply.
    library.freeSampler(this.newSampler())
  }

  /** Returns the grammar at the beginning of a reply. */
  begin(): NativeGrammar {
    return new NativeGrammar(this, this.start)
  }

  newSampler(): Pointer {
    const sampler = this.library.newGrammar(this.vocab, this.text)
    if (!sampler) throw new Error('llama.cpp cannot read the grammar made from the schema')
    return sampler
  }

  /** Returns what is known after one more token; null where no more is kept. */
  after(state: GrammarState, id: number): GrammarState | null {
    const known = state.next.get(id)
    if (known || this.states >= MAX_STATES) return known ?? null
    const next = newState()
    state.next.set(id, next)
    this.states += 1
    return next
  }
}

/** The state of one grammar in one reply. */
export class NativeGrammar {
  private sampler: Pointer = null
  /** Accepted tokens that the sampler was not told of yet. */
  private pending: number[] = []

  constructor(
    private readonly rules: GrammarRules,
    private state: GrammarState | null,
  ) {}

  allows(id: number): boolean {
    if (this.state?.next.has(id)) return true
    if (this.state?.allowed) return isSet(this.state.allowed, id)
    return this.rules.table.allows(this.current(), id)
  }

  /** Returns the allowed token with the largest logit, the lowest of equals, where the allowed ones are known and few; else null. */
  likeliest(logits: Float32Array): number | null {
    const few = this.state?.few
    if (!few) return null
    let best = few[0] as number
    for (const id of few) if ((logits[id] as number) > (logits[best] as number)) best = id
    return best
  }

  /** Returns a copy of the logits in which every token that the grammar forbids is minus infinity. */
  mask(logits: Float32Array): Float32Array {
    const allowed = this.allowed()
    const masked = new Float32Array(logits.length).fill(Number.NEGATIVE_INFINITY)
    forEachSet(allowed, (id) => {
      masked[id] = logits[id] as number
    })
    return masked
  }

  /** Moves on by a token that `allows` or `mask` has let through; any other one would end the process. */
  accept(id: number): void {
    this.pending.push(id)
    this.state = this.state && this.rules.after(this.state, id)
  }

  /** Returns whether only the end may follow, as far as is known: a state is looked through when it is met again. */
  isOver(isEnd: (id: number) => boolean): boolean {
    const { state } = this
    if (!state) return false
    state.visits += 1
    if (state.visits < 2) return false
    if (state.isOver === null) {
      const left = idsOf(this.allowed())
      state.isOver = left.length > 0 && left.every(isEnd)
    }
    return state.isOver
  }

  free(): void {
    if (this.sampler) this.rules.library.freeSampler(this.sampler)
    this.sampler = null
  }

  private allowed(): Uint8Array {
    const { state } = this
    if (state?.allowed) return state.allowed
    const bits = this.rules.table.allowed(this.current())
    if (state) {
      state.allowed = bits
      const ids = idsOf(bits)
      if (ids.length > 0 && ids.length <= FEW) state.few = Int32Array.from(ids)
    }
    return bits
  }

  private current(): Pointer {
    this.sampler ??= this.rules.newSampler()
    for (const id of this.pending.splice(0)) this.rules.library.acceptToken(this.sampler, id)
    return this.sampler
  }
}
