import type { stageItems } from '@/db/schema'
import { GREEDY, type GenerateParams } from '@/lib/backends/types'
import type { PlanDecoding } from '@/lib/contracts/experiment'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import type { AskStage, Asking, Reading, StageData } from '@/lib/evolution'
import type { MeteredSession, WorkerContext } from '@/lib/worker/types'

/** An item that is still without its stage. */
export type NewItem = Omit<typeof stageItems.$inferInsert, 'stageNo'>

// Rows of one stage are fewer; attempts must not draw the numbers of other rows.
const ATTEMPT_STEP = 10_000_019
// Nor those of attempts.
const TRY_STEP = 1_000_003
// A verdict of two words, with room for a model that explains itself.
const JUDGE_TOKENS = 256

function paramsFor(
  decoding: PlanDecoding,
  offset: number,
  draw: { attempt: number; tries: number },
): GenerateParams {
  const { temperature, maxTokens, topP, seed } = decoding
  if (temperature === 0) return { ...GREEDY, maxTokens }
  const drawn = seed + offset + (draw.attempt - 1) * ATTEMPT_STEP + draw.tries * TRY_STEP
  return { ...GREEDY, temperature, maxTokens, topP, seed: drawn }
}

/** What is still to be asked of a stage. */
export interface Pending {
  asking: Asking
  position: number
  content: string | null
  inputHash: string
  attempt: number
}

/** Who answers a stage, and who looks at the replies where it wants that. */
export interface Asked {
  session: MeteredSession
  judge: MeteredSession | null
}

type OfStage = { stage: AskStage; data: StageData }

async function generate(
  session: MeteredSession,
  content: string,
  params: GenerateParams,
  signal: AbortSignal,
) {
  throwIfAborted(signal)
  if (!session.generate) {
    throw new AppError('capability_missing', 'This backend cannot chat. Choose one that can.')
  }
  return session.generate({ messages: [{ role: 'user', content }], params }, signal)
}

/** What the judge model makes of a reading that is good so far; its own words where it turned it down. */
async function checked(
  judge: MeteredSession | null,
  { stage, data }: OfStage,
  asking: Asking,
  reading: Reading,
  signal: AbortSignal,
): Promise<{ reading: Reading; message: string | null }> {
  const isGood = reading.status === 'ok' || reading.status === 'repaired'
  if (!judge || !stage.check || !isGood) return { reading, message: null }
  const content = stage.check.content(reading, asking, data)
  const { text } = await generate(judge, content, { ...GREEDY, maxTokens: JUDGE_TOKENS }, signal)
  const after = stage.check.read(text, reading)
  return { reading: after, message: after.status === reading.status ? null : text }
}

async function tryOnce(
  signal: AbortSignal,
  { session, judge }: Asked,
  of: OfStage,
  { asking, content }: Pending,
  params: GenerateParams,
): Promise<Pick<NewItem, 'status' | 'reason' | 'value' | 'raw' | 'message' | 'finishReason'>> {
  const { stage, data } = of
  if (content === null) {
    const { status, reason, value } = stage.read(
      { text: '', finishReason: 'skipped' },
      asking,
      data,
    )
    return { status, reason, value, raw: null, message: null, finishReason: 'skipped' }
  }
  try {
    const { text, finishReason } = await generate(session, content, params, signal)
    const read = stage.read({ text, finishReason }, asking, data)
    const { reading, message } = await checked(judge, of, asking, read, signal)
    const { status, reason, value } = reading
    return { status, reason, value, raw: text, message, finishReason }
  } catch (error) {
    // A row's own fault stays with the row; anything else (backend gone, cancelled) stops the job.
    if (!(error instanceof AppError) || error.code !== 'data_error') throw error
    const failed = { status: 'failed', reason: 'error', value: '' } as const
    return { ...failed, raw: null, message: errorMessage(error), finishReason: 'error' }
  }
}

/**
 * Asks one question of a stage and returns its item; what is the row's own fault is an item that failed. Where the stage allows
 * it a failed question is asked again with other random seeds; greedy decoding would give the same reply.
 */
export async function askOne(
  { signal }: Pick<WorkerContext, 'signal'>,
  asked: Asked,
  of: OfStage,
  decoding: PlanDecoding,
  pending: Pending,
): Promise<NewItem> {
  const { asking, content, position, inputHash, attempt } = pending
  const place = { key: asking.key, position, inputHash, attempt }
  const most = content === null || decoding.temperature === 0 ? 0 : (of.stage.retries ?? 0)
  for (let tries = 0; ; tries += 1) {
    const params = paramsFor(decoding, asking.seedOffset, { attempt, tries })
    const item = await tryOnce(signal, asked, of, pending, params)
    if (item.status !== 'failed' || tries >= most) return { ...place, ...item }
  }
}
