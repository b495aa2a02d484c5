import { GREEDY, type GenerateParams, type GenerateReply, type ProbeVector } from '../types'
import type { ProbePort } from './port'
import { judge, type ProbeRun } from './run'

const QUESTION = 'What is the capital of France?'
const ALTERNATIVES = 5
// Output scores of one server differ by up to 0.13 nats when several requests run at once (recorded: llama-server).
const SAME_MODEL_NATS = 0.25
// Probabilities add up to 1 at most; scores rounded to bfloat16 may say a little more.
const MOST_MASS = 1.1
// A free answer to the question would be none of these.
const COLOURS = ['zx-red', 'zx-blue']
const SCHEMA = {
  type: 'object',
  properties: { colour: { type: 'string', enum: COLOURS } },
  required: ['colour'],
  additionalProperties: false,
}
// Room for a code fence around the object, which some servers let the model write.
const SCHEMA_TOKENS = 64

/** What the chat steps found out. */
export interface ChatFindings {
  first: GenerateReply | null
  vector: ProbeVector | null
}

/** Runs the steps on chat: a reply and its model name, scores of generated tokens, replies under a schema. */
export async function chatSteps(run: ProbeRun, port: ProbePort): Promise<ChatFindings> {
  const { session, remedies } = port
  const findings: ChatFindings = { first: null, vector: null }
  if (!session.generate) return findings
  const ask = (params: Partial<GenerateParams>) =>
    session.generate?.(
      { messages: [{ role: 'user', content: QUESTION }], params: { ...GREEDY, ...params } },
      run.signal,
    ) as Promise<GenerateReply>
  const chats = await run.step(
    'chat',
    async () => {
      const reply = await ask({ maxTokens: 4 })
      findings.first = reply
      const { promptTokens, completionTokens } = reply.usage
      const usage = `${promptTokens} tokens in, ${completionTokens} out, ${Math.round(reply.latencyMs)} ms`
      return judge(reply.text !== '', reply.text === '' ? 'the reply is empty' : usage)
    },
    remedies.chat,
  )
  if (!chats) return findings
  modelStep(run, port, findings.first as GenerateReply)
  await run.step(
    'outputLogprobs',
    async () => {
      const reply = await ask({ maxTokens: 1, topLogprobs: ALTERNATIVES })
      const top = reply.tokens?.[0]?.top ?? []
      if (!reply.tokens?.[0])
        return judge(false, 'no token came with a score', remedies.outputLogprobs)
      findings.vector = {
        of: 'outputScores',
        labels: top.map((entry) => entry.text),
        values: top.map((entry) => entry.logprob),
        tolerance: SAME_MODEL_NATS,
      }
      const sorted = top.every(
        ({ logprob }, i) =>
          Number.isFinite(logprob) && logprob <= (i === 0 ? 0 : (top[i - 1]?.logprob ?? 0)),
      )
      if (top.length === 0) {
        return judge(false, 'no alternatives came with the token', remedies.outputLogprobs)
      }
      const mass = top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)
      if (mass > MOST_MASS) {
        const detail = `the alternatives are ${mass.toFixed(2)} likely together: no log-probabilities`
        return judge(false, detail, remedies.outputLogprobs)
      }
      return judge(sorted, `${top.length} alternatives a token`, remedies.outputLogprobs)
    },
    remedies.outputLogprobs,
  )
  await run.step(
    'structured',
    async () => {
      const reply = await ask({ maxTokens: SCHEMA_TOKENS, jsonSchema: SCHEMA })
      const follows = COLOURS.includes(colourOf(reply.text))
      return judge(
        follows,
        follows ? 'the reply follows the schema' : 'the schema was accepted and ignored',
        remedies.structured,
      )
    },
    remedies.structured,
  )
  return findings
}

function colourOf(text: string): string {
  try {
    return String((JSON.parse(text) as { colour?: unknown } | null)?.colour)
  } catch {
    return ''
  }
}

function modelStep(run: ProbeRun, port: ProbePort, reply: GenerateReply): void {
  const { model } = port
  if (model === null) return
  const same = reply.model === model
  run.note({
    id: 'model',
    state: same ? 'pass' : 'unknown',
    detail: same
      ? `replies as ${model}`
      : `asked for ${model}, replies as ${reply.model || '(no name)'}: the server may ignore the name`,
    ...(same ? {} : { remedy: 'Compare with the list of models, and choose the name it states.' }),
  })
}
