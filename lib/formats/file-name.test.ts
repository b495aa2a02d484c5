import { describe, expect, it } from 'vitest'
import { guessFromFileName } from './file-name'

const short = (path: string) => {
  const g = guessFromFileName(path)
  return [g.seedSet, g.round, g.armLabel, g.armClass, g.scenario, g.alignable, g.variant]
}

describe('guessFromFileName', () => {
  it.each([
    ['alpaca-iter3-small.json', ['alpaca', 3, 'small', 'small', 'evol-instruct', true, null]],
    ['gsm8k-iter1-large.json', ['gsm8k', 1, 'large', 'large', 'evol-instruct', true, null]],
    [
      'code-iter2-small-sample.json',
      ['code', 2, 'small', 'small', 'evol-instruct', false, 'sample'],
    ],
    [
      'alpaca-iter1-large-sorted-ifd-qwen.json',
      ['alpaca', 1, 'large', 'large', 'evol-instruct', false, 'sorted-ifd'],
    ],
    [
      'alpaca-iter2-small_distance.jsonl',
      ['alpaca', 2, 'small', 'small', 'evol-instruct', true, null],
    ],
    ['alpaca-auto-small.json', ['alpaca', 1, 'small', 'small', 'auto-evol', false, null]],
    [
      'alpaca-auto-small-sample.json',
      ['alpaca', 1, 'small', 'small', 'auto-evol', false, 'sample'],
    ],
    ['autoif-large.json', ['autoif', 1, 'large', 'large', 'autoif', false, null]],
    ['autoif-small_distance.jsonl', ['autoif', 1, 'small', 'small', 'autoif', false, null]],
    ['logprobs-small.json', [null, null, 'small', 'small', 'other', false, null]],
    // General names.
    ['public/sample/math-seeds.jsonl', ['math', 0, null, 'seeds', 'evol-instruct', true, null]],
    [
      'public/sample/math-iter2-greedy.jsonl',
      ['math', 2, 'greedy', 'other', 'evol-instruct', true, null],
    ],
    [
      'general-iter1-smollm2-135m.json',
      ['general', 1, 'smollm2-135m', 'small', 'evol-instruct', true, null],
    ],
    [
      'alpaca_round2_llama-3.1-70b.jsonl.gz',
      ['alpaca', 2, 'llama-3.1-70b', 'large', 'evol-instruct', true, null],
    ],
    [
      'qwen2.5-7b/gsm8k/round2.jsonl',
      ['gsm8k', 2, 'qwen2.5-7b', 'small', 'evol-instruct', true, null],
    ],
    [
      'gsm8k/qwen2.5-7b/round2.jsonl',
      ['gsm8k', 2, 'qwen2.5-7b', 'small', 'evol-instruct', true, null],
    ],
    ['alpaca-gpt4-iter1.json', ['alpaca', 1, 'gpt4', 'other', 'evol-instruct', true, null]],
    ['alpaca-seed.json', ['alpaca', 0, null, 'seeds', 'evol-instruct', true, null]],
    ['data/alpaca/seeds.jsonl', ['alpaca', 0, null, 'seeds', 'evol-instruct', true, null]],
    ['seeds/code.json', ['code', 0, null, 'seeds', 'evol-instruct', true, null]],
    ['alpaca.json', ['alpaca', 0, null, 'seeds', 'evol-instruct', true, null]],
    ['math-iter0.json', ['math', 0, null, 'seeds', 'evol-instruct', true, null]],
    ['my-rows.json', ['my-rows', null, null, 'other', 'other', true, null]],
  ])('%s', (path, expected) => {
    expect(short(path)).toEqual(expected)
  })

  it('says why rows must not be aligned by index', () => {
    expect(guessFromFileName('alpaca-auto-small.json').notes.join()).toContain('row numbers')
    expect(guessFromFileName('x.json').notes.join()).toContain('neither round nor evolver')
  })
})
