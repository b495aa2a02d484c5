import { AppError, errorCode } from '@/lib/errors'
import { isRowError, required } from '../failures'
import type { MetricRow, MetricTools } from '../types'
import type { LossPasses } from './passes'
import type { RowPasses } from './planned'
import { together } from './together'
import { rowTexts } from './tokenize'

/** What a chat template puts around a message, as ids. */
interface ChatFrame {
  /** The conversation with an empty message, ready for the reply. */
  empty: Int32Array
  /** What stands in front of the reply alone: BOS where the template has one, and the reply's header. */
  header: Int32Array
}

const user = (content: string) => [{ role: 'user' as const, content }]
const frames = new WeakMap<MetricTools, Promise<ChatFrame>>()

function templateOf(tools: MetricTools): NonNullable<MetricTools['chatIds']> {
  if (tools.chatIds) return tools.chatIds
  throw new AppError(
    'capability_missing',
    'Losses under the chat template need a backend that renders its template to token ids: this model has no ' +
      'template, or its server has no route for it. Choose the embedded engine with an instruction-tuned model, or vLLM.',
  )
}

/** Returns how many leading entries two lists share, at most `most`. */
function shared(a: Int32Array, b: Int32Array, most: number): number {
  let n = 0
  while (n < most && a[n] === b[n]) n += 1
  return n
}

async function learnFrame(tools: MetricTools): Promise<ChatFrame> {
  const render = templateOf(tools)
  const [[empty], [closed]] = await Promise.all([
    render([user('')], true),
    render([user('')], false),
  ])
  if (!empty || !closed || shared(empty, closed, closed.length) < closed.length) {
    throw new AppError(
      'capability_missing',
      "The model's chat template does not end with the header of the reply, so the response alone has no place in it.",
    )
  }
  const bos = tools.identity.bosId
  const front = bos !== null && empty[0] === bos ? [bos] : []
  return { empty, header: Int32Array.from([...front, ...empty.subarray(closed.length)]) }
}

function frameOf(tools: MetricTools): Promise<ChatFrame> {
  let frame = frames.get(tools)
  if (!frame) {
    frame = learnFrame(tools)
    frames.set(tools, frame)
    frame.catch(() => frames.delete(tools))
  }
  return frame
}

/** Returns the ids of texts without special tokens; empty texts are not sent, as servers refuse them. */
async function bareIds(texts: readonly string[], tools: MetricTools): Promise<Int32Array[]> {
  const different = [...new Set(texts)].filter((text) => text !== '')
  const tokenize = required(tools.tokenize, 'chat_loss', 'tokenize')
  const ids = different.length > 0 ? await tokenize(different, false) : []
  if (ids.length !== different.length) {
    throw new AppError('data_error', 'The tokenizer returned another number of results than texts.')
  }
  const found = new Map(different.map((text, i) => [text, ids[i] as Int32Array]))
  return texts.map((text) => found.get(text) ?? new Int32Array(0))
}

/**
 * Returns the passes of a templated row. x is what the message adds to the template with an empty message: the tokens
 * between their common start and their common end.
 */
function chatPasses(head: Int32Array, y: Int32Array, frame: ChatFrame): LossPasses {
  const { empty, header } = frame
  const xFrom = shared(head, empty, Math.min(head.length, empty.length))
  const left = Math.min(head.length - xFrom, empty.length - xFrom)
  const tail = shared(head.toReversed(), empty.toReversed(), left)
  return {
    joint: Int32Array.from([...head, ...y]),
    alone: y.length > 0 ? Int32Array.from([...header, ...y]) : null,
    text: null,
    xFrom,
    yFrom: head.length,
    aloneFrom: header.length,
    joinSame: false,
    prefixStable: false,
    newlineIn: null,
    nX: head.length - tail - xFrom,
    nNewline: 0,
    nY: y.length,
    cut: 0,
    cutNewline: 0,
  }
}

/** Returns the passes of each row under the scoring model's own chat template; see chat_loss. */
export async function planChatRows(
  rows: readonly MetricRow[],
  tools: MetricTools,
): Promise<RowPasses[]> {
  if (rows.length === 0) return []
  const frame = await frameOf(tools)
  const render = templateOf(tools)
  const plan = async (some: readonly MetricRow[]): Promise<RowPasses[]> => {
    const texts = some.map(rowTexts)
    const heads = await render(
      texts.map(({ x }) => user(x)),
      true,
    )
    const ys = await bareIds(
      texts.map(({ y }) => y),
      tools,
    )
    return some.map((row, i) => ({
      row,
      passes: chatPasses(heads[i] as Int32Array, ys[i] as Int32Array, frame),
    }))
  }
  return together(
    rows,
    tools.signal,
    plan,
    (row, message) => ({ row, passes: null, message }),
    // A template may refuse a single message.
    (error) => isRowError(error) || errorCode(error) === 'invalid_input',
  )
}
