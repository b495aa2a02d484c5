import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bundle, imported, item, OPTIONS } from '@/lib/testing/formats/bundle'
import { writeBundle } from './bundle'
import { checkBundle } from './check'

describe('writeBundle', () => {
  it('writes five files that agree, and the data comes back', async () => {
    const text =
      '[{"instruction":"a 🙂","input":"漢","output":"b\\u0085\\u2028","id":9007199254740993},{"instruction":"c","input":null,"output":"d"}]'
    const items = (await imported(text)).map((one) => ({
      ...one,
      lineage: [{ key: 'round', value: 2 }],
      metrics: [{ key: 'mnd', value: null, status: 'n_too_small' as const }],
    }))
    const { texts, check } = await bundle(items, OPTIONS, { filter: { text: 'x: #y' } })
    expect(Object.keys(texts)).toEqual([
      'dataset_info.json',
      'evolved_small-1.json',
      'evolved_small-1.meta.jsonl',
      'recipe.yaml',
      'train_sft.yaml',
    ])
    expect(check.rowsKept).toBe(2)
    expect(JSON.parse(texts['dataset_info.json'] ?? '')).toEqual({
      'evolved_small-1': {
        file_name: 'evolved_small-1.json',
        formatting: 'alpaca',
        ranking: false,
        columns: { prompt: 'instruction', query: 'input', response: 'output' },
      },
    })
    const data = texts['evolved_small-1.json'] ?? ''
    expect(JSON.parse(data)).toEqual([
      { instruction: 'a 🙂', input: '漢', output: 'b\u0085\u2028' },
      { instruction: 'c', input: '', output: 'd' },
    ])
    expect(data).toContain('\\u0085')
    expect(data).toContain('🙂')
    const lines = (texts['evolved_small-1.meta.jsonl'] ?? '').split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toBe(
      '{"round":2,"mnd":null,"mnd_status":"n_too_small","instruction":"a 🙂","input":"漢","extra":{"id":9007199254740993}}',
    )
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ instruction: 'c', input: null })
    expect(parse(texts['recipe.yaml'] ?? '')).toMatchObject({
      filter: { text: 'x: #y' },
      bundle: { rows_in: 2, rows_out: 2, left_out: {} },
    })
    expect(parse(texts['train_sft.yaml'] ?? '')).toEqual({
      stage: 'sft',
      do_train: true,
      finetuning_type: 'full',
      dataset: 'evolved_small-1',
      dataset_dir: '.',
      output_dir: expect.stringMatching(/^saves\/evolved_small-1-[0-9a-f]{8}$/),
      template: 'qwen',
      cutoff_len: 2048,
      learning_rate: 0.00002,
      num_train_epochs: 3,
      lr_scheduler_type: 'cosine',
      warmup_ratio: 0.03,
      bf16: true,
      per_device_train_batch_size: 1,
      gradient_accumulation_steps: 8,
    })
  })

  it('writes dataset_info.json in pure ASCII', async () => {
    const { texts } = await bundle([item('漢', '🙂')], OPTIONS)
    expect(texts['dataset_info.json']).toMatch(/^[\x20-\x7e\n]+$/)
  })

  it('folds the input on request and keeps the pair in the sidecar', async () => {
    const { texts } = await bundle([item('a', 'b', 'in'), item('c', 'd')], {
      ...OPTIONS,
      foldInput: true,
    })
    expect(JSON.parse(texts['evolved_small-1.json'] ?? '')).toEqual([
      { instruction: 'a\nin', input: '', output: 'b' },
      { instruction: 'c', input: '', output: 'd' },
    ])
    expect(texts['evolved_small-1.meta.jsonl']).toContain('{"instruction":"a","input":"in"}')
  })

  it('gives all rows the same keys as soon as one has a system prompt or history', async () => {
    const items = await imported(
      '[{"instruction":"a","input":"","output":"b","system":"s","history":[["q","r"]]},{"instruction":"c","input":"","output":"d"}]',
    )
    const { texts } = await bundle(items, OPTIONS)
    expect(JSON.parse(texts['evolved_small-1.json'] ?? '')).toEqual([
      { instruction: 'a', input: '', output: 'b', system: 's', history: [['q', 'r']] },
      { instruction: 'c', input: '', output: 'd', system: '', history: [] },
    ])
    const info = JSON.parse(texts['dataset_info.json'] ?? '')['evolved_small-1']
    expect(info.columns).toMatchObject({ system: 'system', history: 'history' })
  })

  it('writes chats as ShareGPT with all seven tags, and as Alpaca with history', async () => {
    const text =
      '[{"messages":[{"role":"developer","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"r"},{"role":"assistant","content":"b"}]}]'
    const items = [...(await imported(text)), item('i', 'o', 'n')]
    const { texts } = await bundle(items, { ...OPTIONS, format: 'sharegpt' })
    expect(JSON.parse(texts['evolved_small-1.json'] ?? '')).toEqual([
      {
        conversations: [
          { from: 'system', value: 's' },
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'a' },
          { from: 'human', value: 'r' },
          { from: 'gpt', value: 'b' },
        ],
      },
      {
        conversations: [
          { from: 'human', value: 'i\nn' },
          { from: 'gpt', value: 'o' },
        ],
      },
    ])
    const info = JSON.parse(texts['dataset_info.json'] ?? '')['evolved_small-1']
    expect(Object.keys(info.tags)).toHaveLength(7)
    const flat = await bundle(items, OPTIONS)
    expect(JSON.parse(flat.texts['evolved_small-1.json'] ?? '')[0]).toEqual({
      instruction: 'r',
      input: '',
      output: 'b',
      system: 's',
      history: [['q', 'a']],
    })
  })

  it('leaves out the same rows in data and sidecar', async () => {
    const items = [item('a', null), item('b', 'x'), item('c', ''), item('d', 'y')]
    const { texts } = await bundle(items, { ...OPTIONS, excludeBlocked: true })
    expect(JSON.parse(texts['evolved_small-1.json'] ?? '')).toHaveLength(2)
    expect((texts['evolved_small-1.meta.jsonl'] ?? '').trim().split('\n')).toHaveLength(2)
    expect(parse(texts['recipe.yaml'] ?? '').bundle).toMatchObject({
      rows_in: 4,
      rows_out: 2,
      left_out: { response_missing: 1, response_empty: 1 },
    })
  })

  it('refuses after a failed check, and when the rows changed since', async () => {
    const drain = async (chunks: AsyncIterable<unknown>) => {
      for await (const _ of chunks) continue
    }
    const bad = await checkBundle([[item('a', null)]], OPTIONS)
    await expect(drain(writeBundle(() => [], bad, OPTIONS, {}))).rejects.toMatchObject({
      code: 'invalid_input',
    })
    const good = await checkBundle([[item('a', 'b')]], OPTIONS)
    await expect(drain(writeBundle(() => [], good, OPTIONS, {}))).rejects.toMatchObject({
      code: 'conflict',
    })
  })
})
