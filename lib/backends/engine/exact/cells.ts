import ort from 'onnxruntime-node'
import type { Tensor } from 'onnxruntime-node'
import { carriedNames } from './graph'
import type { ExactPlan } from './plan'

type Tensors = Readonly<Record<string, Tensor | undefined>>

/** Cells from which a call goes on, and what it is part of. */
export interface Held {
  cells: Cells
  /** The first text. */
  first: number
  /** Of a `prompt`, the last vector is given; a `step` has one token of each text, and reads the cells where they lie. */
  as: 'text' | 'prompt' | 'step'
}

/** Bytes of the keys and values of one token. */
export function tokenBytes({ layers, kvHeads, headSize }: ExactPlan): number {
  return 2 * layers * kvHeads * headSize * Float32Array.BYTES_PER_ELEMENT
}

/** Keys and values of some texts, with room for `length` tokens each; memory that no token has reached is not taken. */
export class Cells {
  private readonly layers: { past: string; made: string; values: Float32Array }[]
  private readonly views = new Map<string, Record<string, Tensor>>()

  constructor(
    private readonly plan: ExactPlan,
    private readonly texts: number,
    readonly length: number,
  ) {
    const size = texts * plan.kvHeads * length * plan.headSize
    this.layers = carriedNames(plan).map((names) => ({ ...names, values: new Float32Array(size) }))
  }

  /** Names of what `write` takes. */
  get made(): string[] {
    return this.layers.map(({ made }) => made)
  }

  /** What is held of `count` texts from `first` on, under the names that the graph takes. */
  view(first: number, count: number): Readonly<Record<string, Tensor>> {
    const key = `${first} ${count}`
    const known = this.views.get(key)
    if (known) return known
    const { kvHeads, headSize } = this.plan
    const size = kvHeads * this.length * headSize
    const view: Record<string, Tensor> = {}
    for (const { past, values } of this.layers) {
      const part = values.subarray(first * size, (first + count) * size)
      view[past] = new ort.Tensor('float32', part, [count, kvHeads, this.length, headSize])
    }
    this.views.set(key, view)
    return view
  }

  /** Returns cells of another length that hold the same, as far as there is room. */
  resized(length: number): Cells {
    const { headSize, kvHeads } = this.plan
    const made = new Cells(this.plan, this.texts, length)
    const size = Math.min(length, this.length) * headSize
    this.layers.forEach(({ values }, layer) => {
      const target = made.layers[layer]?.values
      for (let head = 0; head < this.texts * kvHeads; head += 1) {
        const from = head * this.length * headSize
        target?.set(values.subarray(from, from + size), head * length * headSize)
      }
    })
    return made
  }

  /** Copies the first tokens of one text to another. */
  copy(source: number, target: number, tokens: number): void {
    const { kvHeads, headSize } = this.plan
    for (const { values } of this.layers) {
      for (let head = 0; head < kvHeads; head += 1) {
        const from = (source * kvHeads + head) * this.length * headSize
        const to = (target * kvHeads + head) * this.length * headSize
        values.copyWithin(to, from, from + tokens * headSize)
      }
    }
  }

  /** What is added to the scores of all cells, where `earlier` of each text count. */
  unseen(earlier: readonly number[]): Tensor {
    const { length } = this
    const values = new Float32Array(earlier.length * length)
    earlier.forEach((before, text) => {
      values.fill(Number.NEGATIVE_INFINITY, text * length + before, (text + 1) * length)
    })
    return new ort.Tensor('float32', values, [earlier.length, 1, 1, length])
  }

  /** Takes over what the graph made of texts from `first` on, behind the `earlier` tokens of each. */
  write(first: number, earlier: readonly number[], made: Tensors): void {
    const { kvHeads, headSize } = this.plan
    for (const { made: name, values } of this.layers) {
      const tensor = made[name] as Tensor
      const data = tensor.data as Float32Array
      const tokens = tensor.dims[2] as number
      const size = tokens * headSize
      earlier.forEach((before, text) => {
        for (let head = 0; head < kvHeads; head += 1) {
          const from = (text * kvHeads + head) * size
          const to = (((first + text) * kvHeads + head) * this.length + before) * headSize
          values.set(data.subarray(from, from + size), to)
        }
      })
    }
  }
}
