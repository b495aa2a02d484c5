import { describe, expect, it } from 'vitest'
import type { GenerateRequest } from '@/lib/backends/types'
import { planDecodingSchema } from '@/lib/contracts/experiment'
import { stagesOf, type AskStage, type StageData } from '@/lib/evolution'
import { getPrompt } from '@/lib/prompts'
import { TEST_ARM, testPlan } from '@/lib/testing/experiments'
import type { MeteredSession } from '@/lib/worker/types'
import { askOne } from './ask-one'

const SEED = { setKey: 'general', idx: 0, instruction: 'Name three rivers of Asia.', input: null }
const GOOD = 'Name three rivers of Asia and say where each of them begins and ends.'
const plan = testPlan({
  scenario: {
    kind: 'evol-instruct',
    rounds: 2,
    eliminate: ['copy', 'refusal', 'equal'],
    retries: 2,
  },
  arms: [TEST_ARM],
  judge: { backend: 'fake' },
  responses: null,
})
const stages = stagesOf(plan) as AskStage[]
const item = (reason: string | null, value: string) => ({
  key: 'general:0',
  position: 0,
  status: reason === null ? ('ok' as const) : ('failed' as const),
  reason,
  value,
  raw: null,
  message: null,
  finishReason: null,
  attempt: 1,
})

function dataOf(first = item(null, GOOD)): StageData {
  return {
    plan,
    arm: plan.arms[0] ?? null,
    seeds: () => [SEED],
    items: () => [first],
    prompt: getPrompt,
  }
}

/** A backend that gives these replies in turn, and what it was asked. */
function scripted(...replies: string[]) {
  const asked: GenerateRequest[] = []
  const generate = async (request: GenerateRequest) => {
    asked.push(request)
    return { text: replies[asked.length - 1] ?? '', finishReason: 'stop' }
  }
  return { asked, session: { generate } as unknown as MeteredSession }
}

async function evolve(replies: string[], verdicts: string[], decoding = { temperature: 0.7 }) {
  const [stage] = stages
  if (!stage) throw new Error('no stage')
  const data = dataOf()
  const [asking] = stage.askings(data)
  if (!asking) throw new Error('nothing to ask')
  const evolver = scripted(...replies)
  const judge = scripted(...verdicts)
  const pending = { asking, position: 0, content: asking.content(), inputHash: '', attempt: 1 }
  const found = await askOne(
    { signal: new AbortController().signal },
    { session: evolver.session, judge: judge.session },
    { stage, data },
    planDecodingSchema.parse(decoding),
    pending,
  )
  return { found, asked: evolver.asked, judged: judge.asked }
}

describe('a question whose replies may be thrown away', () => {
  it('is asked again with other random seeds until a reply is kept', async () => {
    const replies = [` "${SEED.instruction}"`, "I'm sorry, but I cannot help with that.", GOOD]
    const { found, asked, judged } = await evolve(replies, ['not equal'])
    expect(found).toMatchObject({ status: 'ok', reason: null, value: GOOD, raw: GOOD, attempt: 1 })
    const seeds = asked.map(({ params }) => params.seed)
    expect(new Set(seeds).size).toBe(3)
    // Copies and refusals are not worth a question to the judge model.
    expect(judged).toHaveLength(1)
    expect(judged[0]?.messages[0]?.content).toContain(SEED.instruction)
    expect(judged[0]?.messages[0]?.content).toContain(GOOD)
  })

  it('fails with the rule that threw the last one away, and keeps its raw reply', async () => {
    const copies = await evolve([SEED.instruction, SEED.instruction, SEED.instruction], [])
    expect(copies.found).toMatchObject({ status: 'failed', reason: 'copy', value: '' })
    expect(copies.found.raw).toBe(SEED.instruction)
    const equal = await evolve([GOOD, GOOD, GOOD], ['equal', 'equal', 'Equal'])
    expect(equal.found).toMatchObject({
      status: 'failed',
      reason: 'equal',
      raw: GOOD,
      message: 'Equal',
    })
  })

  it('is asked once where decoding is greedy', async () => {
    const { found, asked } = await evolve([SEED.instruction, GOOD], [], { temperature: 0 })
    expect(asked).toHaveLength(1)
    expect(found).toMatchObject({ status: 'failed', reason: 'copy' })
  })

  it('is not thrown away by a verdict that cannot be read', async () => {
    const { found } = await evolve([GOOD], ['Rivers are long.'])
    expect(found).toMatchObject({ status: 'repaired', reason: 'no_verdict', value: GOOD })
  })
})

describe('the round after', () => {
  const asks = (first: ReturnType<typeof item>) =>
    stages[1]?.askings(dataOf(first))[0]?.content() ?? null

  it('goes on from the parent of a row that was thrown away, and from nothing where the reply was empty', () => {
    expect(asks(item(null, GOOD))).toContain(GOOD)
    expect(asks(item('equal', ''))).toContain(SEED.instruction)
    expect(asks(item('empty', ''))).toBeNull()
  })
})
