import type { BackendSession, GenerateParams, GenerateReply } from '@/lib/backends/types'
import { GREEDY } from '@/lib/backends/types'
import { statusCode, type StatusName } from '@/lib/contracts/status'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { responsePrompt } from '@/lib/prompts'
import { renderPrompt, type Prompt } from '@/lib/prompts/prompt'

/** Returns the version of a prompt that the job was told to use. */
export type PromptChoice = (promptId: string) => Prompt

/** One generated text of a row: the trimmed reply, how it ended, and the reason when there is none. */
export interface GeneratedText {
  text: string
  finishReason: string
  status: StatusName
  message: string | null
}

function fromReply(reply: GenerateReply): GeneratedText {
  const text = reply.text.trim()
  return {
    text,
    finishReason: reply.finishReason,
    status: text === '' ? 'empty' : reply.finishReason === 'length' ? 'truncated' : 'ok',
    message: null,
  }
}

/** A row's own fault stays with the row; anything else (backend gone, cancelled, bad configuration) stops the job. */
function fromError(error: unknown): GeneratedText {
  if (!(error instanceof AppError) || error.code !== 'data_error') throw error
  return { text: '', finishReason: 'error', status: 'error', message: errorMessage(error) }
}

async function ask(
  session: BackendSession,
  content: string,
  params: GenerateParams,
  signal: AbortSignal,
): Promise<GeneratedText> {
  throwIfAborted(signal)
  if (!session.generate) {
    throw new AppError('capability_missing', 'This backend cannot chat. Choose one that can.')
  }
  const request = { messages: [{ role: 'user' as const, content }], params }
  return session.generate(request, signal).then(fromReply, fromError)
}

/** Returns the response to one row, decoded greedily; an empty instruction gets none. */
export async function respondOne(
  session: BackendSession,
  row: { instruction: string; input: string | null },
  promptOf: PromptChoice,
  maxTokens: number,
  signal: AbortSignal,
): Promise<GeneratedText> {
  if (row.instruction === '' && (row.input ?? '') === '') {
    return { text: '', finishReason: 'skipped', status: 'empty_instruction', message: null }
  }
  const content = renderPrompt(promptOf(responsePrompt(row.input).id), {
    instruction: row.instruction,
    input: row.input ?? '',
  })
  return ask(session, content, { ...GREEDY, maxTokens }, signal)
}

/** Returns the stored status byte of a response: a cut response counts as a response, an absent one says why. */
export function responseStatus(result: GeneratedText): number {
  if (result.status === 'ok' || result.status === 'truncated') return statusCode('ok')
  return statusCode(result.status === 'error' ? 'error' : 'no_response')
}

/** Runs `work` on every item, `width` at a time, in order of start; the first error stops the rest. */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = Array.from<R>({ length: items.length })
  let next = 0
  let failed = false
  const lane = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++
      try {
        results[index] = await work(items[index] as T)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const lanes = Array.from({ length: Math.min(Math.max(1, width), items.length) }, lane)
  const settled = await Promise.allSettled(lanes)
  const broken = settled.find((outcome) => outcome.status === 'rejected')
  if (broken) throw broken.reason
  return results
}
