import { describe, expect, it } from 'vitest'
import { GREEDY } from '../types'
import type { NativeContext } from './native-context'
import { Generator } from './generate'
import { nativePlaces } from './native-places'

const VOCAB = 64
const END = 0

/** `whole` forgets whole sequences only; logits depend on how many tokens (`rounding`) or sequences (`rows`) a call has. */
type Kind = 'exact' | 'whole' | 'rounding' | 'rows'

/** A context that remembers what each sequence holds; the next token follows from all tokens before it. */
class Remembering {
  readonly length = 256
  readonly computed: number[] = []
  private readonly held = new Map<number, number[]>()
  private added: { sequence: number; position: number; output: boolean }[] = []

  constructor(private readonly kind: Kind) {}

  clear() {
    this.held.clear()
  }

  free() {}

  forget(sequence: number, from = 0) {
    if (from > 0 && this.kind === 'whole') return false
    this.held.set(sequence, (this.held.get(sequence) ?? []).slice(0, from))
    return true
  }

  add(token: number, position: number, sequence: number, output: boolean) {
    const tokens = this.held.get(sequence) ?? []
    if (tokens.length !== position) throw new Error(`position ${position} after ${tokens.length}`)
    this.held.set(sequence, [...tokens, token])
    this.added.push({ sequence, position, output })
  }

  decode() {
    this.computed.push(this.added.length)
    const sequences = new Set(this.added.map(({ sequence }) => sequence)).size
    const counts = { exact: 0, whole: 0, rounding: this.added.length, rows: sequences }
    const rows = this.added.splice(0).filter(({ output }) => output)
    const logits = new Float32Array(VOCAB * rows.length)
    rows.forEach(({ sequence, position }, row) => {
      const before = (this.held.get(sequence) ?? []).slice(0, position + 1)
      const next = before.reduce((hash, token) => (31 * hash + token) % 61, 7)
      logits[VOCAB * row + 1 + next] = 1 + counts[this.kind] / 1e6
    })
    return logits
  }
}

function generator(kind: Kind = 'exact') {
  const contexts: Remembering[] = []
  const places = nativePlaces({
    contextLength: 256,
    batch: 32,
    sequences: 2,
    makeContext: () => {
      contexts.push(new Remembering(kind))
      return contexts.at(-1) as unknown as NativeContext
    },
  })
  const made = new Generator(
    {
      vocabSize: VOCAB,
      contextLength: 256,
      bytesOf: (id) => Uint8Array.of(65 + (id % 26)),
      tokenText: String,
      isEnd: (id) => id === END,
      newGrammar: () => {
        throw new Error('no grammar here')
      },
    },
    places,
  )
  const ask = async (prompt: number[]) => {
    const before = contexts[0]?.computed.length ?? 0
    const { text } = await made.generate(Int32Array.from(prompt), { ...GREEDY, maxTokens: 3 }, null)
    return { text, calls: contexts[0]?.computed.slice(before) ?? [] }
  }
  return { ask }
}

const beginning = Array.from({ length: 20 }, (_, i) => 5 + i)
const first = [...beginning, 40, 41, 42]
const second = [...beginning, 50, 51, 52, 53]
const stranger = [60, 59, 58, 57]

describe('prompts that begin alike', () => {
  it('share what was computed of their beginning, with the same replies', async () => {
    const alone = [await generator().ask(first), await generator().ask(second)]
    const { ask } = generator()
    expect((await ask(first)).text).toBe(alone[0]?.text)
    const shared = await ask(second)
    expect(shared).toEqual({ text: alone[1]?.text, calls: [4, 1, 1] })
    // The other sequence is taken for what shares nothing, and both stay as they are.
    expect((await ask(stranger)).calls).toEqual([4, 1, 1])
    expect(await ask(second)).toEqual({ text: alone[1]?.text, calls: [2, 1, 1] })
    expect((await ask(first)).calls).toEqual([3, 1, 1])
  })

  it.each(['whole', 'rounding'] as const)(
    'are computed anew where sharing is not exact: %s',
    async (kind) => {
      const alone = await generator().ask(second)
      const { ask } = generator(kind)
      await ask(first)
      const { text, calls } = await ask(second)
      expect([text, calls[0]]).toEqual([alone.text, 24])
    },
  )

  it('keep their beginning while their place only fills up the rows of a call', async () => {
    const { ask } = generator('rows')
    await ask(first)
    expect((await ask(stranger)).calls).toEqual([4, 2, 2])
    expect((await ask(second)).calls).toEqual([4, 2, 2])
  })

  it('have the same reply side by side, many at once', async () => {
    const prompts = Array.from({ length: 12 }, (_, i) => [...beginning, 30 + i, 31, ...stranger])
    const alone: string[] = []
    for (const prompt of prompts) alone.push((await generator().ask(prompt)).text)
    const { ask } = generator()
    const replies = await Promise.all(prompts.map(ask))
    expect(replies.map(({ text }) => text)).toEqual(alone)
    expect(new Set(alone).size).toBeGreaterThan(4)
  })
})
