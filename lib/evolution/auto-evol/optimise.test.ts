import { describe, expect, it } from 'vitest'
import { planSchema, promptVersionSchema, type StageItem } from '@/lib/contracts/experiment'
import { getPrompt } from '@/lib/prompts'
import type { StageData } from '../types'
import { failureOf } from './failures'
import { autoEvol } from './index'
import { readRevision } from './optimise'

const TOOLS = {
  signal: new AbortController().signal,
  checks: null,
  progress: () => undefined,
  kept: () => null,
}
const BASE = getPrompt('evolve-auto').template

/** Carries out the stages before the rows with a model that replies by these rules. */
async function run(scenario: Record<string, unknown>, reply: (prompt: string) => string) {
  const plan = planSchema.parse({
    name: 'Test',
    scenario: {
      kind: 'auto-evol',
      keywords: false,
      candidates: 2,
      batch: 2,
      development: 4,
      ...scenario,
    },
    arms: [{ key: 'one', label: 'One', backend: 'fake' }],
    judge: { backend: 'fake' },
  })
  const made = new Map<string, StageItem[]>()
  const asked: Record<string, number> = {}
  const data: StageData = {
    plan,
    arm: plan.arms[0] ?? null,
    seeds: () =>
      Array.from({ length: 10 }, (_, idx) => ({
        setKey: 's',
        idx,
        instruction: `Task ${idx}`,
        input: null,
      })),
    items(stage) {
      const items = made.get(stage)
      if (!items) throw new Error(`${stage} is not there yet`)
      return items
    },
    prompt: getPrompt,
  }
  const more = { position: 0, message: null, finishReason: 'stop', attempt: 1 }
  for (const stage of autoEvol.stages(plan)) {
    const items: StageItem[] = []
    for (const before of stage.after) data.items(before)
    if (stage.kind === 'work') {
      for await (const one of stage.work(data, TOOLS)) items.push({ ...one, ...more, raw: null })
    }
    if (stage.kind === 'ask') {
      const askings = stage.askings(data)
      asked[stage.id] = askings.length
      for (const asking of askings) {
        const content = asking.content()
        const raw = content === null ? null : reply(content)
        const finishReason = raw === null ? 'skipped' : 'stop'
        const reading = stage.read({ text: raw ?? '', finishReason }, asking, data)
        items.push({ ...more, ...reading, key: asking.key, raw })
      }
    }
    made.set(stage.id, items)
  }
  const versions = (step: number) =>
    (made.get(`prompt-${step}`) ?? []).map(({ key, status, reason, value }) => {
      const { failed, of, template, from } = promptVersionSchema.parse(value)
      return { key, status, reason, failed, of, template, from }
    })
  return { made, asked, versions, data }
}

const sections = (final: string) =>
  `Step 1 #Methods List#:\n- One\nStep 2 #Plan#:\nAll\nStep 3 #Rewritten Instruction#:\n${final}\nStep 4 #Finally Rewritten Instruction#:\n${final}`

/** Tasks of the first prompt make the answer ask back; each revision adds a word, and the second candidate is as good as none. */
function scripted(prompt: string): string {
  if (prompt.includes('Courses:')) return prompt.includes('Round 2: vague') ? 'Too vague.' : 'Fine.'
  if (prompt.includes('Current prompt:')) {
    return `CLEAR ${prompt.slice(prompt.indexOf('Current prompt:\n') + 16)}`
  }
  if (prompt.includes('#Methods List#')) {
    return sections(prompt.startsWith('CLEAR') ? 'clear task' : 'vague task')
  }
  return prompt.includes('vague') ? 'Sure! Which one do you mean?' : 'Here is the answer.'
}

describe('optimising the prompt', () => {
  it('takes the candidate with the lowest rate of failures, and the pass uses it', async () => {
    const { asked, versions, made } = await run({ optimiseSteps: 1 }, scripted)
    expect(asked).toMatchObject({
      'step-1-round-1': 2,
      'step-1-round-2': 2,
      'step-1-analysis': 2,
      'step-1-revise': 2,
      // The prompt to begin with and two candidates, each on four seeds.
      'step-1-development': 12,
      'step-1-answers': 12,
      evolve: 10,
    })
    expect(versions(1)).toMatchObject([
      { key: 'c0', status: 'dropped', reason: 'not_the_best', failed: 4, of: 4, template: BASE },
      { key: 'c1', status: 'ok', reason: null, failed: 0, of: 4, from: BASE },
      { key: 'c2', status: 'dropped', failed: 0, of: 4 },
    ])
    expect(made.get('step-1-answers')?.[0]?.reason).toBe('underspecified')
    expect(made.get('evolve')?.map(({ value }) => value)).toMatchObject(
      Array.from({ length: 10 }, () => ({ instruction: 'clear task' })),
    )
  })

  it('ends where no candidate is better, and the next step asks nothing', async () => {
    const { asked, versions } = await run({ optimiseSteps: 3 }, scripted)
    expect(versions(2)[0]).toMatchObject({ key: 'c0', status: 'ok', reason: 'no_better_prompt' })
    expect(asked['step-2-development']).toBe(8)
    for (const part of ['round-1', 'round-2', 'analysis', 'revise', 'development', 'answers']) {
      expect(asked[`step-3-${part}`]).toBe(0)
    }
    expect(versions(3)[0]?.template).toBe(versions(1)[1]?.template)
  })

  it('goes on with the prompt it has where every revision is of no use', async () => {
    const { made, versions } = await run({ optimiseSteps: 1 }, (prompt) =>
      prompt.includes('Current prompt:') ? 'Just be clearer.' : scripted(prompt),
    )
    expect(made.get('step-1-revise')?.map(({ reason }) => reason)).toEqual(['no_slot', 'no_slot'])
    expect(versions(1)).toMatchObject([{ key: 'c0', failed: 4, of: 4, template: BASE }])
  })

  it('has no stages unless the plan asks for them', async () => {
    const { made } = await run({}, scripted)
    expect([...made.keys()]).toEqual(['evolve', 'rows'])
  })
})

it.each([
  ['Understood. What would you like next?', 'stagnant'],
  ['Thank you! Is there more?', 'stagnant'],
  ['Thank you for asking. Here it is.', null],
  ['Sure, which text do you mean?', 'underspecified'],
  ['Sure. Here it is.', null],
  ['To do this, please provide the table.', 'lost_information'],
  ['The answer is 4.', null],
])('an answer "%s" shows %s', (answer, failure) => {
  expect(failureOf(answer)).toBe(failure)
})

describe('a revised prompt', () => {
  const read = (text: string, finishReason = 'stop') => {
    const { status, reason } = readRevision({ text, finishReason })
    return [status, reason]
  }
  it('is one that can be sent and whose replies can be read', () => {
    expect(read(BASE)).toEqual(['ok', null])
    expect(read(`\`\`\`text\n${BASE}\n\`\`\``)).toEqual(['repaired', 'prompt_in_fence'])
    expect(read(BASE.replace('{instruction}', 'the task'))).toEqual(['failed', 'no_slot'])
    expect(read(`${BASE}\n{instruction}`)).toEqual(['failed', 'no_slot'])
    expect(read(BASE.replace('#Plan#', 'Plan'))).toEqual(['failed', 'no_layout'])
    expect(read(BASE.repeat(40).replaceAll('{instruction}', ''))).toEqual(['failed', 'too_long'])
    expect(read('')).toEqual(['failed', 'empty'])
    expect(read(BASE, 'length')).toEqual(['failed', 'truncated'])
  })
})
