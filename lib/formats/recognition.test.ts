import { describe, expect, it } from 'vitest'
import { inspectRows, suggested, taken, texts } from '@/lib/testing/formats/taken'

describe('responses under other names', () => {
  it.each(['response', 'answer', 'completion', 'generation', 'reply', 'Response'])(
    'takes %s beside instruction and input',
    async (name) => {
      const result = await taken([{ instruction: 'Name a fruit.', input: '', [name]: 'Apple.' }])
      expect(result).toMatchObject({ formatId: 'alpaca', confidence: 1, mapping: { output: name } })
      expect(result.preview[0]).toMatchObject({ row: { output: 'Apple.', flags: [] } })
    },
  )

  it.each([
    [{ std_answer: 'Apple.' }, { output: 'std_answer' }],
    [{ goldAnswer: '18' }, { output: 'goldAnswer' }],
    [{ responses: ['Apple.', 'Pear.'] }, { output: 'responses[0]' }],
    [{ completions: [{ model: 'm', response: 'Apple.' }] }, { output: 'completions[0].response' }],
    [{ answers: { text: ['Apple.'], start: [1] } }, { output: 'answers.text[0]' }],
    [
      { instances: [{ input: 'i', output: 'Apple.' }] },
      { output: 'instances[0].output', input: 'instances[0].input' },
    ],
    [{ output: '', model_response: 'Apple.' }, { output: 'model_response' }],
  ])('asks about %j and proposes it', async (columns, proposal) => {
    const row = { instruction: 'Name a fruit.', input: '', ...columns }
    const { asked, confidence, preview } = await taken([row])
    expect([asked.length, confidence]).toEqual([1, 0])
    expect(suggested(asked)).toEqual(proposal)
    expect(preview[0]).toMatchObject({ row: { flags: ['no_response'] } })
    // The proposal, taken over, gives the response and asks no more.
    const { detection } = await inspectRows([row])
    const mapping = { ...detection.mapping, ...proposal }
    const after = await inspectRows([row], { mapping })
    const [first] = after.preview
    expect(first?.ok && first.row.output).toBe(proposal.output === 'goldAnswer' ? '18' : 'Apple.')
    expect(after.detection.issues.filter((issue) => issue.severity === 'ask')).toEqual([])
  })

  it('asks without a proposal where more than one column, or an unknown one, may be it', async () => {
    for (const columns of [
      { response_0: 'Apple.', response_1: 'Pear.' },
      { erwiderung: 'Apple and pear.' },
    ]) {
      const { asked, confidence } = await taken([{ prompt: 'Name a fruit.', ...columns }])
      expect([asked.length, asked[0]?.suggestion, confidence]).toEqual([1, undefined, 0])
      expect(asked[0]?.message).toContain(Object.keys(columns)[0])
    }
  })

  it('does not ask about labels, ids and other facts of rows without responses', async () => {
    const { asked, confidence } = await taken([
      {
        instruction: 'Name a fruit.',
        input: '',
        output: '',
        model: 'm',
        category: 'open question',
        uuid: '550e8400-e29b-41d4-a716-446655440000',
        url: 'https://example.org/a',
        made: '2024-01-01',
        tags: ['a', 'b'],
      },
    ])
    expect([asked, confidence]).toEqual([[], 1])
  })

  it('warns instead of asking once a mapping is given', async () => {
    const rows = [{ instruction: 'a', input: '', std_answer: 'b' }]
    const { detection } = await inspectRows(rows)
    const after = await inspectRows(rows, { mapping: detection.mapping })
    expect(after.detection.issues.map(({ severity, code }) => [severity, code])).toEqual([
      ['warn', 'no_response'],
    ])
    expect(after.detection.confidence).toBeGreaterThan(0)
  })

  it('proposes the input as instruction where there is no other', async () => {
    const { asked } = await taken([{ input: 'What is a cat?', output: 'An animal.' }])
    expect(suggested(asked)).toEqual({ instruction: 'input' })
    const rows = [{ input: 'What is a cat?', output: 'An animal.' }]
    expect(await texts(rows, suggested(asked))).toEqual([['What is a cat?', null, 'An animal.']])
    const { asked: targets } = await taken([{ inputs: 'What is a cat?', targets: 'An animal.' }])
    expect(suggested(targets)).toEqual({ instruction: 'inputs', output: 'targets' })
    expect(
      await texts([{ inputs: 'q', targets: 'a' }], { instruction: 'inputs', output: 'targets' }),
    ).toEqual([['q', null, 'a']])
  })

  it('offers places inside columns among the keys', async () => {
    const { detection } = await inspectRows([
      { instruction: 'a', input: '', responses: ['b', 'c'] },
    ])
    expect(detection.keys).toEqual(['instruction', 'input', 'responses', 'responses[0]'])
  })

  it('reads a place inside a column as missing where it is not there, and a key of that name first', async () => {
    const rows = [
      { instruction: 'a', responses: ['b'] },
      { instruction: 'a', responses: [] },
      { instruction: 'a', 'responses[0]': 'c' },
    ]
    const read = await texts(rows, { output: 'responses[0]' })
    expect(read.map((row) => row[2])).toEqual(['b', null, 'c'])
  })
})

describe('a seed and what it evolved into in one row', () => {
  it.each([
    [
      { instruction: 's', evolved_instruction: 'e', answer: 'a', model_name: 'm' },
      { instruction: 'evolved_instruction', parent: 'instruction', output: 'answer' },
    ],
    [
      { original: 's', evolved: 'e', response: 'a' },
      { instruction: 'evolved', parent: 'original', output: 'response' },
    ],
    [
      { seed_instruction: 's', instruction: 'e', input: '', output: 'a' },
      { instruction: 'instruction', parent: 'seed_instruction', output: 'output' },
    ],
    [
      { query: 'e', original_question: 's', response: 'a', type: 't' },
      { instruction: 'query', parent: 'original_question', output: 'response' },
    ],
    [
      { instruction: 's', input: '', output: 'no', evolved_instruction: 'e', evolved_output: 'a' },
      { instruction: 'evolved_instruction', parent: 'instruction', output: 'evolved_output' },
    ],
    [
      { prompt: 's', rewrittenPrompt: 'e', answer: 'a' },
      { instruction: 'rewrittenPrompt', parent: 'prompt', output: 'answer' },
    ],
  ])('%j', async (row, mapping) => {
    const result = await taken([row])
    expect(result.mapping).toMatchObject(mapping)
    expect(result.asked).toEqual([])
    expect(result.preview[0]).toMatchObject({ row: { instruction: 'e', output: 'a' } })
    // The seed stays with the row.
    expect(result.preview[0]).toMatchObject({ row: { extra: { [mapping.parent]: 's' } } })
  })

  it('asks whose response it is where both instructions may be answered', async () => {
    const { mapping, asked, confidence } = await taken([
      { instruction: 's', input: '', output: 'a', evolved_instruction: 'e' },
    ])
    expect(mapping).toMatchObject({ instruction: 'evolved_instruction', parent: 'instruction' })
    expect(mapping).not.toHaveProperty('output')
    expect([suggested(asked), confidence]).toEqual([{ output: 'output' }, 0])
  })

  it('asks about several rounds in one row and says how to import each', async () => {
    const rows = [
      { instruction: 's', evolved_instructions: ['e1', 'e2'], answers: ['a1', 'a2'] },
      { instruction: 't', evolved_instructions: ['f1', 'f2'], answers: ['b1', 'b2'] },
    ]
    const { asked } = await taken(rows)
    expect(asked.map((issue) => issue.code)).toEqual(['rounds_in_row'])
    expect(suggested(asked)).toEqual({
      instruction: 'evolved_instructions[0]',
      parent: 'instruction',
      output: 'answers[0]',
    })
    const second = {
      instruction: 'evolved_instructions[1]',
      parent: 'evolved_instructions[0]',
      output: 'answers[1]',
    }
    expect(await texts(rows, second)).toEqual([
      ['e2', null, 'a2'],
      ['f2', null, 'b2'],
    ])
  })

  it('takes numbers named seed for what they are, and mentions texts that may be parents', async () => {
    const numbers = await taken([{ instruction: 'a', output: 'b', seed: 42 }])
    expect(numbers.mapping).not.toHaveProperty('parent')
    expect(numbers.issues).toEqual([])
    const words = await taken([{ instruction: 'a b', output: 'b', original: 'a text' }])
    expect(words.mapping).not.toHaveProperty('parent')
    expect(words.issues.map(({ code }) => code)).toEqual(['perhaps_parent'])
  })
  it('is not sure which response is meant where one was evolved too', async () => {
    const { issues, confidence } = await taken([
      { instruction: 's', input: '', output: 'a', evolved_response: 'b' },
    ])
    expect(issues.map(({ code }) => code)).toEqual(['other_response'])
    expect(confidence).toBe(0.5)
  })
})
