import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bundle, imported, OPTIONS } from '@/lib/testing/formats/bundle'
import type { JsonObject } from '../types'
import type { BundleOptions } from './bundle-options'
import { columnsInForce, factoryOutcome, tagsInForce } from './converter'
import type { FactoryResult, Stage } from './converter'

const NAME = OPTIONS.name

/** Reads a written bundle as the trainer does: from its own dataset_info.json, training settings and data file. */
async function trained(rows: unknown[], patch: Partial<BundleOptions>) {
  const { texts, check } = await bundle(await imported(JSON.stringify(rows)), {
    ...OPTIONS,
    excludeBlocked: true,
    ...patch,
  })
  const read = (name: string) => JSON.parse(texts[name] ?? '') as JsonObject
  const info = read('dataset_info.json')[NAME] as JsonObject
  const settings = parse(texts[`train_${patch.stage ?? 'sft'}.yaml`] ?? '') as {
    stage: Stage
    template: string
  }
  const data = read(`${NAME}.json`) as unknown as JsonObject[]
  const results = data.map((row) =>
    factoryOutcome(
      row,
      {
        formatting: info.formatting as 'alpaca' | 'sharegpt',
        ranking: info.ranking as boolean,
        columns: columnsInForce(info.columns as JsonObject),
        tags: tagsInForce((info.tags ?? null) as JsonObject | null),
      },
      { ...settings, strictMedia: settings.template !== 'default' },
    ),
  )
  return { info, data, results, check, settings }
}

const outcomes = (results: FactoryResult[]) => results.map(({ outcome }) => outcome)
const answers = (results: FactoryResult[]) =>
  results.map((one) => (one.outcome === 'kept' ? one.responses.map(({ content }) => content) : []))

describe('a bundle, read by the rules of LLaMA-Factory', () => {
  const chat = (question: string, answer: string, extra: object) => ({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
    ...extra,
  })

  it('carries marked answers as kto data, the better one first', async () => {
    const rows = [
      chat('Name a fruit.', 'Apple.', { label: true }),
      chat('Name a colour.', 'Go away.', { label: false }),
    ]
    const kto = await trained(rows, { format: 'sharegpt', stage: 'kto' })
    expect(kto.info.columns).toEqual({ messages: 'conversations', kto_tag: 'kto_tag' })
    expect(kto.settings.stage).toBe('kto')
    expect(answers(kto.results)).toEqual([
      ['Apple.', ''],
      ['', 'Go away.'],
    ])
    const sft = await trained(rows, { format: 'sharegpt' })
    expect(sft.check.droppedByReason).toEqual({ rejected_response: 1 })
    expect(answers(sft.results)).toEqual([['Apple.']])
    expect(JSON.stringify(sft.data)).not.toContain('Go away.')
  })

  it('carries pairs of answers as ranking data, flat and as chats', async () => {
    const flat = await trained(
      [{ instruction: 'q', input: 'in', output: '', chosen: 'a', rejected: 'b', system: 's' }],
      { stage: 'dpo' },
    )
    expect(flat.info).toMatchObject({
      ranking: true,
      columns: { prompt: 'instruction', chosen: 'chosen', rejected: 'rejected', system: 'system' },
    })
    expect(flat.data).toEqual([
      { instruction: 'q', input: 'in', chosen: 'a', rejected: 'b', system: 's' },
    ])
    expect(answers(flat.results)).toEqual([['a', 'b']])
    const chats = await trained(
      [
        {
          conversations: [{ from: 'human', value: 'q' }],
          chosen: { from: 'gpt', value: 'a' },
          rejected: { from: 'gpt', value: 'b' },
        },
        {
          conversations: [
            { from: 'human', value: 'q' },
            { from: 'gpt', value: 'c' },
          ],
          chosen: { from: 'gpt', value: 'c' },
          rejected: { from: 'gpt', value: 'd' },
        },
      ],
      { format: 'sharegpt', stage: 'dpo' },
    )
    expect(chats.data[1]).toEqual({
      conversations: [{ from: 'human', value: 'q' }],
      chosen: { from: 'gpt', value: 'c' },
      rejected: { from: 'gpt', value: 'd' },
    })
    expect(answers(chats.results)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  it('carries media with their columns, and drops a row that has lost them', async () => {
    const { info, data, results, check } = await trained(
      [
        chat('<image>What is it?', 'A cat.', { images: ['1.jpg'] }),
        chat('Hello', 'Hi', {}),
        chat('<image>And this?', 'A dog.', {}),
        chat('<audio>Who speaks?', 'Ann.', { audios: ['a.wav'] }),
        chat('Play it', 'Use <video>x</video>', {}),
      ],
      { format: 'sharegpt', template: 'qwen2_vl' },
    )
    expect(info.columns).toEqual({ messages: 'conversations', images: 'images', audios: 'audios' })
    expect(data.map(({ images, audios }) => [images, audios])).toEqual([
      [['1.jpg'], []],
      [[], []],
      [[], ['a.wav']],
    ])
    expect(check.droppedByReason).toEqual({ media_mismatch: 2 })
    expect(check.warnings.find(({ rule }) => rule === 'media_files')?.at).toEqual([1, 4])
    expect(outcomes(results)).toEqual(['kept', 'kept', 'kept'])
  })

  it('trains calls of tools and leaves out what stops', async () => {
    const tools = JSON.stringify([{ name: 'f', parameters: { type: 'object', properties: {} } }])
    const called = (value: string, with_: string) => ({
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'function_call', value },
      ],
      tools: with_,
    })
    const good = '{"name": "f", "arguments": {}}'
    const { data, results, check } = await trained(
      [
        called(good, tools),
        called('f()', tools),
        called(good, "[{'name': 'f'}]"),
        called(good, ''),
      ],
      { format: 'sharegpt', template: 'default' },
    )
    expect(data).toHaveLength(2)
    expect(outcomes(results)).toEqual(['kept', 'kept'])
    expect(check.droppedByReason).toEqual({ function_call_not_json: 1, tools_not_json: 1 })
  })

  it('stops where stage and data set do not agree', () => {
    const columns = columnsInForce({ prompt: 'instruction', response: 'output' })
    const entry = { formatting: 'alpaca', ranking: true, columns, tags: tagsInForce(null) } as const
    const rules = { stage: 'sft', template: 'qwen', strictMedia: false } as const
    expect(factoryOutcome({ instruction: 'a', output: 'b' }, entry, rules)).toEqual({
      outcome: 'stops',
      reason: 'ranking_of_another_stage',
    })
    const kto = { ...entry, ranking: false, columns: { ...columns, kto_tag: 'label' } }
    expect(factoryOutcome({ instruction: 'a', output: 'b', label: true }, kto, rules).outcome).toBe(
      'dropped',
    )
  })
})
