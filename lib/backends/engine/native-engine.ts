import { AppError } from '@/lib/errors'
import { controlTokens, type SpecialToken } from './engine-types'
import type { CoreEngine, EngineArgs, EngineFacts, GenerateArgs } from './engine-types'
import type { GenerationResult } from './engine-types'
import { Generator, type Vocabulary } from './generate'
import { TOKEN_ATTR } from './layout'
import type { LlamaLibrary, Pointer } from './library'
import { NativeContext, batchTokens } from './native-context'
import { CandidateTable, GrammarRules, type NativeGrammar } from './native-grammar'
import { nativePlaces } from './native-places'
import { NativeScorer } from './native-score'
import type { OpenPlaces } from './reply-places'
import { ThreadGovernor } from './threads'

const decoder = new TextDecoder()
// Schemas in use at a time are few; one that is met again after so many others is looked through again.
const KEPT_GRAMMARS = 32
// Timed work: two tokens, as in generation, where waiting for other threads weighs most.
const TIMED_TOKENS = 2

/** What the native engine is opened with. */
export interface NativeOptions extends Pick<
  EngineArgs,
  'modelPath' | 'threads' | 'tuneThreads' | 'gpuLayers'
> {
  contextLength: number
  sequences: number
}

/** A model reached through llama.cpp's own library. */
export class NativeEngine implements CoreEngine {
  readonly facts: EngineFacts
  private readonly vocabSize: number
  private readonly model: Pointer
  private readonly vocab: Pointer
  private readonly scorer: NativeScorer
  private generator: Generator
  private readonly governor: ThreadGovernor
  private readonly contextLength: number
  private timing: NativeContext | null = null
  private timedThreads = 1
  private candidates: CandidateTable | null = null
  private readonly grammars = new Map<string, GrammarRules>()
  private readonly pieces: (Uint8Array | undefined)[] = []

  constructor(
    private readonly library: LlamaLibrary,
    options: NativeOptions,
  ) {
    const params = library.modelParams()
    Object.assign(params, { n_gpu_layers: options.gpuLayers })
    this.model = library.loadModel(options.modelPath, params)
    if (!this.model) throw new Error('llama.cpp cannot load the model file')
    this.vocab = library.vocab(this.model)
    this.vocabSize = library.vocabSize(this.vocab)
    const bos = library.bos(this.vocab)
    const eos = library.eos(this.vocab)
    this.facts = {
      vocabSize: this.vocabSize,
      bosId: library.addsBos(this.vocab) && bos >= 0 ? bos : null,
      bosText: bos >= 0 ? this.tokenText(bos) : '',
      eosText: eos >= 0 ? this.tokenText(eos) : '',
      chatTemplate: library.chatTemplate(this.model),
      specials: controlTokens(this.vocabSize, (id) => this.readSpecial(id)),
    }
    const batch = batchTokens(this.vocabSize)
    const time = options.tuneThreads ? (count: number) => this.timeDecode(count) : null
    this.governor = new ThreadGovernor(options.threads, time)
    const make = this.contextMaker(options, batch)
    const { contextLength, sequences } = options
    this.contextLength = contextLength
    this.scorer = new NativeScorer(make, this.vocabSize, contextLength, batch)
    const places = nativePlaces({ contextLength, batch, sequences, makeContext: make })
    this.generator = new Generator(this.vocabulary(), places)
  }

  /** Threads in use now. */
  get threads(): number {
    return this.governor.current()
  }

  tokenize(text: string, addSpecial: boolean): Int32Array {
    return this.library.tokenize(this.vocab, text, addSpecial)
  }

  tokenText(id: number): string {
    return decoder.decode(this.library.piece(this.vocab, id, true))
  }

  score(sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    return this.scorer.score(sequences, signal)
  }

  generate(...asked: GenerateArgs): Promise<GenerationResult> {
    return this.generator.generate(...asked)
  }

  /** Has replies computed in other places from now on; tokens, grammars and sampling stay. */
  replyIn(open: OpenPlaces): void {
    this.generator.free()
    this.generator = new Generator(this.vocabulary(), open)
  }

  close(): Promise<void> {
    this.scorer.free()
    this.generator.free()
    this.timing?.free()
    this.library.freeModel(this.model)
    return Promise.resolve()
  }

  private vocabulary(): Vocabulary {
    return {
      vocabSize: this.vocabSize,
      contextLength: this.contextLength,
      bytesOf: (id) => this.bytesOf(id),
      tokenText: (id) => this.tokenText(id),
      isEnd: (id) => this.library.isEnd(this.vocab, id),
      newGrammar: (text) => this.newGrammar(text),
    }
  }

  private contextMaker(options: NativeOptions, batch: number) {
    // This kind of position scaling depends on the context's size: then all contexts have the same.
    const architecture = this.library.metadata(this.model, 'general.architecture') ?? ''
    const scaling = this.library.metadata(this.model, `${architecture}.rope.scaling.type`)
    return (length: number, sequences: number) => {
      const fixed = scaling === 'longrope' ? options.contextLength : length
      const threads = () => this.governor.current()
      const shape = { length: fixed, sequences, threads, batch }
      return new NativeContext(this.library, this.model, this.vocabSize, shape)
    }
  }

  /** Milliseconds of a small decode call with this many threads. */
  private timeDecode(count: number): number {
    this.timedThreads = count
    this.timing ??= new NativeContext(this.library, this.model, this.vocabSize, {
      length: 256,
      sequences: 1,
      threads: () => this.timedThreads,
      batch: TIMED_TOKENS,
    })
    const context = this.timing
    const run = () => {
      context.clear()
      for (let i = 0; i < TIMED_TOKENS; i += 1) context.add(i, i, 0, i === TIMED_TOKENS - 1)
      const started = performance.now()
      context.decode()
      return performance.now() - started
    }
    // The first call with another count starts threads.
    run()
    return run()
  }

  private readSpecial(id: number): Omit<SpecialToken, 'id'> | null {
    const attributes = this.library.attributes(this.vocab, id)
    if ((attributes & (TOKEN_ATTR.control | TOKEN_ATTR.unknown)) === 0) return null
    const stripLeft = (attributes & TOKEN_ATTR.stripLeft) !== 0
    const stripRight = (attributes & TOKEN_ATTR.stripRight) !== 0
    return { text: this.tokenText(id), stripLeft, stripRight }
  }

  private bytesOf(id: number): Uint8Array {
    const bytes = this.pieces[id] ?? this.library.piece(this.vocab, id, false)
    this.pieces[id] = bytes
    return bytes
  }

  private newGrammar(text: string): NativeGrammar {
    const known = this.grammars.get(text)
    if (known) return known.begin()
    this.candidates ??= new CandidateTable(this.library, this.vocabSize)
    try {
      const rules = new GrammarRules(this.library, this.vocab, text, this.candidates)
      if (this.grammars.size >= KEPT_GRAMMARS) {
        this.grammars.delete(this.grammars.keys().next().value as string)
      }
      this.grammars.set(text, rules)
      return rules.begin()
    } catch (error) {
      throw new AppError('invalid_input', 'The JSON schema cannot be turned into a grammar.', {
        cause: error,
      })
    }
  }
}
