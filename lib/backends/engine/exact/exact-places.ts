import ort from 'onnxruntime-node'
import type { Tensor } from 'onnxruntime-node'
import type { NextToken, OpenPlaces, ReplyPlaces } from '../reply-places'
import { common } from '../shared-prefix'
import { Cells, tokenBytes } from './cells'
import type { Held } from './cells'
import type { ExactPlan } from './plan'

// Every step goes over all of a place, so places are hardly longer than what they hold; they grow as replies do.
const STEP = 32
const GROWTH = 1.125
const AHEAD = 32
// Places are made shorter, or anew, where that is worth it.
const WORTH = 1.5
// Keys and values of all places together, should every reply take all the tokens that it may.
const BYTES = 2 ** 30

/** What the numbers of a text depend on beside the text itself, as found on this processor. */
export interface Habits {
  /** On how many texts a step has: then all steps have the full number. */
  padded: boolean
  /** Not on whether its beginning was computed before. */
  shares: boolean
}

/** Computes tokens over what places hold. */
export interface PlacesModel {
  plan: ExactPlan
  /** Most places. */
  sequences: number
  /** Most tokens of a place. */
  contextLength: number
  /** Most tokens of one call. */
  call: number
  /** Vectors of texts that follow `earlier` tokens each, which cells hold. */
  states(texts: readonly Int32Array[], earlier: readonly number[], held: Held): Promise<Tensor>
  /** Logits after each vector. */
  logits(states: Tensor): Promise<Float32Array>
}

type Room = Pick<PlacesModel, 'plan' | 'sequences' | 'contextLength'>

/** Returns how many places there are for prompts and replies of at most so many tokens. */
export function placesFor(tokens: number, { plan, sequences }: Room): number {
  const fitting = Math.floor(BYTES / (tokens * tokenBytes(plan)))
  return Math.max(1, Math.min(sequences, fitting))
}

/** Returns the length of places that hold so many tokens: one of few, so that they are seldom copied. */
export function lengthFor(tokens: number, { contextLength }: Pick<Room, 'contextLength'>): number {
  let length = 2 * STEP
  while (length < tokens) length = STEP * Math.ceil((GROWTH * length) / STEP)
  return Math.min(length, STEP * Math.ceil(contextLength / STEP))
}

/** Returns some rows of a matrix, behind each other. */
function rowsOf(matrix: Float32Array, rows: readonly number[], width: number): Float32Array {
  const taken = new Float32Array(rows.length * width)
  rows.forEach((row, i) => {
    taken.set(matrix.subarray(row * width, (row + 1) * width), i * width)
  })
  return taken
}

/** Places over the graph of the exact scores: a prompt is computed alone, the next tokens of all replies together. */
class ExactPlaces implements ReplyPlaces {
  readonly count: number
  private cells: Cells
  private readonly held: Int32Array[]
  /** Tokens of the reply under way in each place, its prompt included. */
  private readonly reached: number[]

  constructor(
    private readonly model: PlacesModel,
    private readonly habits: Habits,
    tokens: number,
  ) {
    const count = placesFor(tokens, model)
    this.count = count
    this.cells = new Cells(model.plan, count, lengthFor(0, model))
    this.held = Array.from({ length: count }, () => new Int32Array(0))
    this.reached = Array.from({ length: count }, () => 0)
  }

  makeRoom(tokens: number, taken: boolean): boolean {
    const count = placesFor(tokens, this.model)
    // Short ones after long ones: where many more of them fit side by side, places are made anew.
    return count >= this.count && (taken || count < WORTH * this.count)
  }

  nearest(places: readonly number[], prompt: Int32Array): number {
    let [best, most] = [places[0] as number, -1]
    for (const place of places) {
      const shared = common(this.held[place] as Int32Array, prompt)
      if (shared > most) [best, most] = [place, shared]
    }
    return best
  }

  async begin(place: number, prompt: Int32Array): Promise<null> {
    const end = prompt.length - 1
    this.reached[place] = prompt.length
    this.fit()
    let from = this.share(place, prompt)
    this.held[place] = new Int32Array(0)
    while (from < end) {
      let to = Math.min(end, from + this.model.call)
      // Products of one token alone may round otherwise than those of several.
      if (end - to === 1 && to - from > 2) to -= 1
      const held = { cells: this.cells, first: place, as: 'prompt' } as const
      await this.model.states([prompt.subarray(from, to)], [from], held)
      from = to
    }
    // The last token is computed with those of the other places, by the first step.
    this.held[place] = prompt.subarray(0, end)
    return null
  }

  async step(tokens: readonly (NextToken | null)[]): Promise<Float32Array> {
    const { width, vocabSize } = this.model.plan
    for (let place = 0; place < this.count; place += 1) {
      this.reached[place] = (tokens[place]?.position ?? -1) + 1
    }
    this.fit()
    const rows = this.habits.padded ? this.count : 1 + tokens.findLastIndex(Boolean)
    // A place without a reply computes a token behind what it holds, where nothing is read.
    const all = Array.from({ length: rows }, (_, place) => {
      return tokens[place] ?? { id: 0, position: this.held[place]?.length ?? 0 }
    })
    const states = await this.model.states(
      all.map(({ id }) => Int32Array.of(id)),
      all.map(({ position }) => position),
      { cells: this.cells, first: 0, as: 'step' },
    )
    const wanted = [...all.keys()].filter((place) => tokens[place])
    if (this.habits.padded) return rowsOf(await this.model.logits(states), wanted, vocabSize)
    const taken = rowsOf(states.data as Float32Array, wanted, width)
    return this.model.logits(new ort.Tensor('float32', taken, [wanted.length, width]))
  }

  free(): void {
    // Cells lie in memory of JavaScript, and go with the places.
  }

  /** Gives places the length that replies under way need. */
  private fit(): void {
    const longest = Math.max(...this.reached)
    const length = lengthFor(longest + AHEAD, this.model)
    const isLong = this.cells.length > WORTH * length
    if (longest <= this.cells.length && !isLong) return
    this.cells = this.cells.resized(length)
    // A place that computes along without a reply needs a token behind what it holds.
    this.held.forEach((ids, place) => {
      this.held[place] = ids.subarray(0, length - 1)
    })
  }

  /** Takes over the beginning of a prompt from the place that holds most of it; returns from where it has to be computed. */
  private share(place: number, prompt: Int32Array): number {
    if (!this.habits.shares) return 0
    const source = this.nearest([place, ...this.held.keys()], prompt)
    const shared = common(this.held[source] as Int32Array, prompt)
    const from = Math.max(0, Math.min(shared, prompt.length - 3))
    if (source !== place) this.cells.copy(source, place, from)
    return from
  }
}

// Long enough that each part of it fills the rows of a kernel unevenly.
const PROMPT = Int32Array.from({ length: 24 }, (_, i) => 1 + ((7 * i) % 29))
const PARTS = [6, 13, 20]

/** Returns what the numbers of a text depend on, by computing a short one in several ways. */
export async function findHabits(model: PlacesModel): Promise<Habits> {
  const token = { id: PROMPT.at(-1) as number, position: PROMPT.length - 1 }
  const open = () => new ExactPlaces(model, { padded: false, shares: true }, PROMPT.length + 1)
  const alone = open()
  await alone.begin(0, PROMPT)
  const expected = (await alone.step([token])).slice()
  const isSame = (found: Float32Array) => expected.every((value, i) => value === found[i])

  const others = Array.from({ length: alone.count - 1 }, (_, i) => ({ id: 1 + i, position: 0 }))
  const padded = !isSame(await alone.step([token, ...others]))
  let shares = true
  for (const part of PARTS) {
    const places = open()
    // The place holds the beginning of a text that ends otherwise.
    await places.begin(0, Int32Array.from([...PROMPT.subarray(0, part), 30, 31, 32]))
    await places.begin(0, PROMPT)
    shares &&= isSame(await places.step([token]))
  }
  return { padded, shares }
}

/** Returns what makes places over the graph of the exact scores. */
export function exactPlaces(model: PlacesModel, habits: Habits): OpenPlaces {
  return (tokens) => Promise.resolve(new ExactPlaces(model, habits, tokens))
}
