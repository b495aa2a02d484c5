import { mapParallel } from '../scoring/parallel'

/** Requests to a tokenizer at one time: they are light on a server; the way there and back is what takes time. */
export const REQUESTS_AT_ONCE = 8
// Ids of a study's texts: tens of thousands at most.
const MOST_TEXTS = 200_000
// Ids asked for in one request; with those between them a few thousand tokens, which every server takes.
const BATCH_IDS = 512

type Detokenize = (ids: Int32Array, signal?: AbortSignal) => Promise<string>

/** What the ids of a fixed text look like at the start of a text and behind others. */
interface Marks {
  start: string
  /** null where it cannot be told, so that ids must be asked for one by one. */
  between: string | null
}

async function marksOf(
  detokenize: Detokenize,
  before: Int32Array,
  signal?: AbortSignal,
): Promise<Marks> {
  const start = await detokenize(before, signal)
  const twice = await detokenize(Int32Array.from([...before, ...before]), signal)
  const between = twice.startsWith(start) ? twice.slice(start.length) : ''
  return { start, between: between.trim() === '' ? null : between }
}

/** Returns the texts of ids from one request, or null when the text cannot be cut without doubt. */
async function cutTexts(
  ids: readonly number[],
  { detokenize, before, marks, signal }: Asking,
): Promise<string[] | null> {
  const { start, between } = marks
  if (between === null) return null
  const asked = ids.flatMap((id) => [...before, id])
  const text = await detokenize(Int32Array.from([...asked, ...before]), signal)
  if (!text.startsWith(start) || !text.endsWith(between)) return null
  const texts = text.slice(start.length, text.length - between.length).split(between)
  return texts.length === ids.length ? texts : null
}

interface Asking {
  detokenize: Detokenize
  before: Int32Array
  marks: Marks
  signal: AbortSignal | undefined
}

async function askTexts(ids: readonly number[], asking: Asking): Promise<string[]> {
  const { detokenize, before, marks, signal } = asking
  if (ids.length === 1) {
    const text = await detokenize(Int32Array.from([...before, ids[0] as number]), signal)
    return [text.startsWith(marks.start) ? text.slice(marks.start.length) : text]
  }
  const texts = await cutTexts(ids, asking)
  if (texts) return texts
  // Some token swallows what stands beside it, or holds the mark itself: it is narrowed down.
  const half = ids.length >> 1
  const first = await askTexts(ids.slice(0, half), asking)
  return [...first, ...(await askTexts(ids.slice(half), asking))]
}

/**
 * Returns a function from ids to the text of each. Many ids go into one request, with the ids of a fixed text between them,
 * at which the reply is cut; an id is put behind that text in any case, because some tokenizers take the blank off the
 * first token of a text.
 */
export function textsOfIds(detokenize: Detokenize, before: Int32Array) {
  const known = new Map<number, string>()
  let marks: Marks | null = null
  return async (ids: Int32Array, signal?: AbortSignal): Promise<string[]> => {
    marks ??= await marksOf(detokenize, before, signal)
    const asking = { detokenize, before, marks, signal }
    if (known.size > MOST_TEXTS) known.clear()
    const asked = [...new Set(ids)].filter((id) => !known.has(id))
    const size = marks.between === null ? 1 : BATCH_IDS
    const batches = Array.from({ length: Math.ceil(asked.length / size) }, (_, i) =>
      asked.slice(i * size, (i + 1) * size),
    )
    await mapParallel(batches, REQUESTS_AT_ONCE, async (batch) => {
      const texts = await askTexts(batch, asking)
      batch.forEach((id, i) => known.set(id, texts[i] as string))
    })
    return Array.from(ids, (id) => known.get(id) as string)
  }
}
