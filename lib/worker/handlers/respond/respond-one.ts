import {
  GREEDY,
  type BackendSession,
  type ChatMessage,
  type GenerateReply,
} from '@/lib/backends/types'
import type { PlanWriter } from '@/lib/contracts/experiment'
import { statusCode, type StatusName } from '@/lib/contracts/status'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { responsePrompt } from '@/lib/prompts'
import { renderPrompt, type Prompt } from '@/lib/prompts/prompt'

/** How a row is asked, and how its response is drawn. */
export interface Writer extends Pick<
  PlanWriter,
  'mode' | 'temperature' | 'topP' | 'seed' | 'maxTokens'
> {
  /** The version of a prompt that was chosen. */
  promptOf(promptId: string): Prompt
}

/** A row that is answered. */
export interface AskedRow {
  idx: number
  instruction: string
  input: string | null
  /** Sent in chat mode only. */
  system?: string | null
  /** Earlier pairs of user and assistant; sent in chat mode only. */
  history?: readonly (readonly [string, string])[]
}

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

function messagesOf(writer: Writer, row: AskedRow): ChatMessage[] {
  const { instruction, input, system, history = [] } = row
  if (writer.mode === 'templates') {
    const prompt = writer.promptOf(responsePrompt(input).id)
    const content = renderPrompt(prompt, { instruction, input: input ?? '' })
    return [{ role: 'user', content }]
  }
  const texts = [instruction, input ?? ''].filter((text) => text !== '')
  return [
    ...(system ? [{ role: 'system' as const, content: system }] : []),
    ...history.flatMap(([user, assistant]): ChatMessage[] => [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ]),
    { role: 'user', content: texts.join('\n') },
  ]
}

/** Returns the response to one row; an empty instruction gets none. */
export async function respondOne(
  session: BackendSession,
  row: AskedRow,
  writer: Writer,
  signal: AbortSignal,
): Promise<GeneratedText> {
  if (row.instruction === '' && (row.input ?? '') === '') {
    return { text: '', finishReason: 'skipped', status: 'empty_instruction', message: null }
  }
  throwIfAborted(signal)
  if (!session.generate) {
    throw new AppError('capability_missing', 'This backend cannot chat. Choose one that can.')
  }
  const { temperature, topP, seed, maxTokens } = writer
  const drawn = temperature === 0 ? {} : { temperature, topP, seed: seed + row.idx }
  const request = { messages: messagesOf(writer, row), params: { ...GREEDY, ...drawn, maxTokens } }
  return session.generate(request, signal).then(fromReply, fromError)
}

/** Returns the stored status byte of a response: a cut response counts as a response, an absent one says why. */
export function responseStatus(result: GeneratedText): number {
  if (result.status === 'ok' || result.status === 'truncated') return statusCode('ok')
  return statusCode(result.status === 'error' ? 'error' : 'no_response')
}
