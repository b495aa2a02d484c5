import { describe, expect, it } from 'vitest'
import { guessFromFileName, guessFromFileNames, type FileNameGuess } from '../file-name'

type Expected = [path: string, seedSet: string | null, round: number | null, evolver: string | null]

const told = (path: string, { seedSet, round, armLabel }: FileNameGuess): Expected => [
  path,
  seedSet,
  round,
  armLabel,
]

// Our own names and those of well-known public data sets, which are facts. A round of null is asked for.
const NAMES: Expected[] = [
  ['qwen2.5-7b_gsm8k_iter1.json', 'gsm8k', 1, 'qwen2.5-7b'],
  ['qwen2.5-7b_gsm8k_iter3.jsonl', 'gsm8k', 3, 'qwen2.5-7b'],
  ['gsm8k_qwen2.5-7b_iter1.json', 'gsm8k', 1, 'qwen2.5-7b'],
  ['iter1_qwen2.5-7b_gsm8k.json', 'gsm8k', 1, 'qwen2.5-7b'],
  ['gsm8k_iter1_qwen2.5-7b.json', 'gsm8k', 1, 'qwen2.5-7b'],
  ['iter1_gsm8k_qwen2.5-7b.json', 'gsm8k', 1, 'qwen2.5-7b'],
  ['qwen2.5-7b_iter1_gsm8k.json', 'gsm8k', 1, 'qwen2.5-7b'],
  ['qwen2.5-7b-gsm8k-iter1.json', 'gsm8k', 1, 'qwen2.5-7b'],
  ['qwen2.5-7b.gsm8k.iter1.json', 'gsm8k', 1, 'qwen2.5-7b'],
  ['qwen2.5-7b gsm8k iter 1.json', 'gsm8k', 1, 'qwen2.5-7b'],
  ['llama3-70b/round_2/mbpp.jsonl', 'mbpp', 2, 'llama3-70b'],
  ['mbpp/llama3-70b/round_2.jsonl', 'mbpp', 2, 'llama3-70b'],
  ['round_2/llama3-70b/mbpp.jsonl', 'mbpp', 2, 'llama3-70b'],
  ['round_2/mbpp/llama3-70b.jsonl', 'mbpp', 2, 'llama3-70b'],
  ['llama3-70b/mbpp_round2/data.jsonl', 'mbpp', 2, 'llama3-70b'],
  ['outputs/gemma-2-9b-it/iter_2/gsm8k.json', 'gsm8k', 2, 'gemma-2-9b-it'],
  ['Llama-3.1-8B-Instruct_alpaca_round3.json', 'alpaca', 3, 'Llama-3.1-8B-Instruct'],
  ['Meta-Llama-3.1-8B-Instruct_alpaca_round3.json', 'alpaca', 3, 'Meta-Llama-3.1-8B-Instruct'],
  ['code_alpaca-iter1-Llama-3.1-8B-Instruct.json', 'code_alpaca', 1, 'Llama-3.1-8B-Instruct'],
  ['alpaca-iter2-Llama-3.1-70B-Instruct.json', 'alpaca', 2, 'Llama-3.1-70B-Instruct'],
  ['alpaca-seeds.json', 'alpaca', 0, null],
  ['code_alpaca-seeds.json', 'code_alpaca', 0, null],
  ['gpt4-data.json', 'gpt4-data', null, 'gpt4'],
  ['r1-distill.json', 'r1-distill', null, 'r1'],
  ['alpaca_gpt4_data.json', 'alpaca', null, 'gpt4'],
  ['alpaca-gpt4-data-zh.json', 'alpaca-zh', null, 'gpt4'],
  ['WizardLM_evol_instruct_V2_196k.json', 'WizardLM', null, null],
  ['WizardLM_evol_instruct_70k.json', 'WizardLM', null, null],
  ['evol-codealpaca-v1.json', 'codealpaca', null, null],
  ['evol-codealpaca-v1/train.jsonl', 'codealpaca', null, null],
  ['alpaca_evol.json', 'alpaca', null, null],
  ['alpaca_evol_instruct_70k.json', 'alpaca', null, null],
  ['Magicoder-Evol-Instruct-110K.jsonl', 'Magicoder', null, null],
  ['Magicoder-OSS-Instruct-75K.jsonl', 'Magicoder-OSS-Instruct-75K', null, null],
  ['auto-evol-instruct-gsm8k.json', 'gsm8k', null, null],
  ['auto_evol_dolly_10k.json', 'dolly', null, null],
  ['Evol-Instruct-Code-80k-v1.json', 'Code', null, null],
  ['EvolInstruct-Code-80k.json', 'Code', null, null],
  ['code_evol_instruct.json', 'code', null, null],
  ['evol_instruct.json', 'evol_instruct', null, null],
  ['evolved.json', 'evolved', null, null],
  ['gsm8k_evolved_qwen2.5-72b.json', 'gsm8k', null, 'qwen2.5-72b'],
  ['databricks-dolly-15k.jsonl', 'databricks-dolly-15k', null, null],
  ['OpenHermes-2.5.json', 'OpenHermes-2.5', null, null],
  ['ultrachat_200k.jsonl', 'ultrachat', 0, null],
  ['SlimOrca.jsonl', 'SlimOrca', null, null],
  ['MetaMathQA-395K.json', 'MetaMathQA-395K', null, null],
  ['ShareGPT_V3_unfiltered_cleaned_split.json', 'ShareGPT_V3_unfiltered_cleaned_split', null, null],
  ['dolphin-r1.jsonl', 'dolphin', null, 'r1'],
  ['OpenR1-Math-220k.jsonl', 'OpenR1-Math-220k', null, null],
  ['Chinese-DeepSeek-R1-Distill-data-110k-SFT.jsonl', 'Chinese-SFT', null, 'DeepSeek-R1-Distill'],
  ['OpenThoughts-114k.jsonl', 'OpenThoughts-114k', null, null],
  ['deepseek-r1_gsm8k_iter2.json', 'gsm8k', 2, 'deepseek-r1'],
  ['gsm8k_deepseek-r1-distill-qwen-7b_round1.json', 'gsm8k', 1, 'deepseek-r1-distill-qwen-7b'],
  ['tulu-3-sft-mixture.jsonl', 'tulu-3-sft-mixture', null, null],
  ['alpaca_data_cleaned.json', 'alpaca', 0, null],
  ['alpaca_data.json', 'alpaca', 0, null],
  ['code_alpaca_20k.json', 'code_alpaca', 0, null],
  ['gsm8k_train.jsonl', 'gsm8k', 0, null],
  ['gsm8k_test.jsonl', 'gsm8k_test', 0, null],
  ['alpaca_zh_demo.json', 'alpaca_zh_demo', 0, null],
  ['humaneval.jsonl', 'humaneval', 0, null],
  ['gsm8k_r2_llama3-8b.json', 'gsm8k', 2, 'llama3-8b'],
  ['gsm8k_r1_small.json', 'gsm8k', 1, 'small'],
  ['gsm8k-r1.json', 'gsm8k', null, null],
  ['gsm8k_rd2_small.json', 'gsm8k', 2, 'small'],
  ['gsm8k_evol2_mistral-7b-v0.3.json', 'gsm8k', 2, 'mistral-7b-v0.3'],
  ['gsm8k_evol_2.json', 'gsm8k', 2, null],
  ['gsm8k_gen3_gpt-4o-mini.json', 'gsm8k', 3, 'gpt-4o-mini'],
  ['gsm8k_step2_gpt-4o.json', 'gsm8k', 2, 'gpt-4o'],
  ['gsm8k_step500_qwen2-7b.json', 'gsm8k', null, 'qwen2-7b'],
  ['gsm8k_qwen2-7b_epoch3.json', 'gsm8k', null, 'qwen2-7b'],
  ['gsm8k_iter2_qwen2-7b_epoch3_seed42.json', 'gsm8k', 2, 'qwen2-7b'],
  ['alpaca_seed42_iter1_small.json', 'alpaca', 1, 'small'],
  ['alpaca_seeds=42.json', 'alpaca', 0, null],
  ['alpaca_t0.7_iter2_small.json', 'alpaca', 2, 'small-t0.7'],
  ['alpaca-iter1-small_t0.7.json', 'alpaca', 1, 'small_t0.7'],
  ['seed_tasks.jsonl', 'tasks', 0, null],
  ['2024-08-06_gsm8k_qwen2.5-7b_iter2.json', 'gsm8k', 2, 'qwen2.5-7b'],
  ['gsm8k_2024-08-06.json', 'gsm8k', 0, null],
  ['gsm8kIter2_gpt-3.5-turbo-0125.json', 'gsm8k', 2, 'gpt-3.5-turbo-0125'],
  ['2nd_round_gsm8k_small.json', 'gsm8k', 2, 'small'],
  ['round-two-gsm8k-claude-3-5-sonnet-20240620.json', 'gsm8k', 2, 'claude-3-5-sonnet-20240620'],
  ['gsm8k_iteration_03_mixtral-8x7b.json', 'gsm8k', 3, 'mixtral-8x7b'],
  ['gsm8k_iter1_round2.json', 'gsm8k', null, null],
  ['gsm8k_qwen2.5-math-7b_iter1.json', 'gsm8k', 1, 'qwen2.5-math-7b'],
  ['qwen2.5-coder-32b-instruct_mbpp_iter2.json', 'mbpp', 2, 'qwen2.5-coder-32b-instruct'],
  ['qwen2.5-7b-lora_gsm8k_iter1.json', 'gsm8k', 1, 'qwen2.5-7b-lora'],
  ['train-00000-of-00003.json', 'train-00000-of-00003', null, null],
  ['foo/bar/round2.jsonl', 'bar', 2, 'foo'],
  ['data.json', 'data', null, null],
  ['my-rows.json', 'my-rows', null, null],
  ['iter3.json', null, 3, null],
  ['round1/data.jsonl', null, 1, null],
  ['evol_round1.json', null, 1, null],
  ['mytask-iter1-teamA.json', 'mytask', 1, 'teamA'],
  ['teamA-iter1-gsm8k.json', 'gsm8k', 1, 'teamA'],
  ['self-instruct-v2.json', 'self-instruct-v2', null, null],
  ['smollm2-135m/iter2/code.jsonl', 'code', 2, 'smollm2-135m'],
  ['gsm8k_vicuna-13b-v1.5_iter2.json', 'gsm8k', 2, 'vicuna-13b-v1.5'],
  ['math_500_iter1_qwen3-8b.json', 'math_500', 1, 'qwen3-8b'],
  ['o1-mini_gsm8k_iter2.json', 'gsm8k', 2, 'o1-mini'],
  ['GSM8K ROUND 3 GPT4.json', 'GSM8K', 3, 'GPT4'],
  ['alpaca.json.gz', 'alpaca', 0, null],
  // Folders and publishers, other spellings, numbers that are no rounds.
  ['Qwen/Qwen2.5-7B-Instruct/gsm8k/iter1.json', 'gsm8k', 1, 'Qwen2.5-7B-Instruct'],
  ['qwen2.5-7b/seeds/gsm8k.json', 'gsm8k', 0, null],
  ['round_0/gsm8k.json', 'gsm8k', 0, null],
  ['evolved/round-2/alpaca.json', 'alpaca', 2, null],
  ['gen2/gsm8k-seeds.json', 'gsm8k', 0, null],
  ['gen2/gsm8k-iter1-small.json', 'gsm8k', 1, 'small'],
  ['evolens/alpaca.json', 'alpaca', 0, null],
  ['gpt-4_gsm8k_iter_2.json', 'gsm8k', 2, 'gpt-4'],
  ['phi-3-mini-4k-instruct_gsm8k_r2.json', 'gsm8k', 2, 'phi-3-mini-4k-instruct'],
  ['gsm8k.iter2.llama3.1-8b.json', 'gsm8k', 2, 'llama3.1-8b'],
  ['wizardlm-13b_alpaca_iter2.json', 'alpaca', 2, 'wizardlm-13b'],
  ['alpaca_iter1_by_gpt-4o.json', 'alpaca', 1, 'gpt-4o'],
  ['alpaca_gpt4_iter1_qwen2.5-7b.json', 'alpaca_gpt4', 1, 'qwen2.5-7b'],
  ['gsm8k_llama-3-8b_checkpoint-2.json', 'gsm8k', null, 'llama-3-8b'],
  ['gsm8k_part2.json', 'gsm8k', 0, null],
  ['gsm8k_v2.json', 'gsm8k', 0, null],
]

describe('names', () => {
  it.each(NAMES)('%s', (path, ...expected) => {
    expect(told(path, guessFromFileName(path))).toEqual([path, ...expected])
  })

  it('mean the same in every order and with every separator', () => {
    const parts = ['llama3.1-8b', 'gsm8k', 'iter2']
    for (const [a, b, c] of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const) {
      for (const separator of ['_', '-', '.', ' ', '/']) {
        const path = `${[a, b, c].map((k) => parts[k]).join(separator)}.jsonl`
        expect(told(path, guessFromFileName(path))).toEqual([path, 'gsm8k', 2, 'llama3.1-8b'])
      }
    }
  })

  it('tell evolved sets that are published without a round from seeds', () => {
    for (const path of [
      'WizardLM_evol_instruct_V2_196k.json',
      'evol-codealpaca-v1/train.jsonl',
      'alpaca_evol.json',
      'Magicoder-Evol-Instruct-110K.jsonl',
      'auto-evol-instruct-gsm8k.json',
    ]) {
      expect(guessFromFileName(path)).toMatchObject({ round: null, isEvolved: true })
      expect(guessFromFileName(path).notes.join()).toContain('fill it in')
    }
    expect(guessFromFileName('gsm8k.json').isEvolved).toBe(false)
  })

  it("propose the rotation of the paper's study for its own names alone", () => {
    const rotation = (path: string) => guessFromFileName(path).rotation
    expect(rotation('alpaca-iter3-small.json')).toBe('rotation5')
    expect(rotation('gsm8k-iter1-large.json')).toBe('rotation4')
    expect(rotation('code_alpaca-iter2-Llama-3.1-70B-Instruct.json')).toBe('rotation4')
    expect(rotation('gsm8k-iter1-large-sample.json')).toBeNull()
    expect(rotation('alpaca-auto-small.json')).toBeNull()
    expect(rotation('mathematics-iter1-greedy.jsonl')).toBeNull()
    expect(rotation('qwen2.5-7b_gsm8k_iter1.json')).toBeNull()
  })
})

// What varies among files that are dropped together is what it seems.
const TOGETHER: Record<string, Expected[]> = {
  'seeds without a set': [
    ['qwen2.5-7b_gsm8k_iter1.json', 'gsm8k', 1, 'qwen2.5-7b'],
    ['qwen2.5-7b_gsm8k_iter2.json', 'gsm8k', 2, 'qwen2.5-7b'],
    ['seeds.json', 'gsm8k', 0, null],
  ],
  'a first round that may be R1': [
    ['gsm8k_r1.json', 'gsm8k', 1, null],
    ['gsm8k_r2.json', 'gsm8k', 2, null],
    ['gsm8k_r3.json', 'gsm8k', 3, null],
    ['gsm8k.json', 'gsm8k', 0, null],
  ],
  'numbers of evolved sets': [
    ['evolved_alpaca_1.json', 'alpaca', 1, null],
    ['evolved_alpaca_2.json', 'alpaca', 2, null],
    ['alpaca.json', 'alpaca', 0, null],
  ],
  'numbers behind a model': [
    ['gsm8k_qwen_1.json', 'gsm8k', 1, 'qwen'],
    ['gsm8k_qwen_2.json', 'gsm8k', 2, 'qwen'],
    ['gsm8k_qwen_3.json', 'gsm8k', 3, 'qwen'],
  ],
  'numbers that may be parts': [
    ['alpaca_1.json', 'alpaca_1', null, null],
    ['alpaca_2.json', 'alpaca_2', null, null],
  ],
  'evolvers around a known seed set': [
    ['teamA_gsm8k_iter1.json', 'gsm8k', 1, 'teamA'],
    ['teamB_gsm8k_iter1.json', 'gsm8k', 1, 'teamB'],
    ['gsm8k_seeds.json', 'gsm8k', 0, null],
  ],
  'evolvers nobody knows': [
    ['foo_bar_iter1.json', 'foo', 1, 'bar'],
    ['foo_baz_iter1.json', 'foo', 1, 'baz'],
  ],
  'seed sets beside one unknown word': [
    ['x_gsm8k_iter1.json', 'gsm8k', 1, 'x'],
    ['x_alpaca_iter1.json', 'alpaca', 1, 'x'],
  ],
  decoding: [
    ['alpaca_iter1_t0.7.json', 'alpaca', 1, 't0.7'],
    ['alpaca_iter1_t1.0.json', 'alpaca', 1, 't1.0'],
  ],
  folders: [
    ['runA/alpaca-round1.json', 'alpaca', 1, 'runA'],
    ['runB/alpaca-round1.json', 'alpaca', 1, 'runB'],
    ['alpaca.json', 'alpaca', 0, null],
  ],
  versions: [
    ['alpaca_iter1_v1.json', 'alpaca', 1, 'v1'],
    ['alpaca_iter1_v2.json', 'alpaca', 1, 'v2'],
  ],
  'random seeds': [
    ['qwen_gsm8k_iter1_seed1.json', 'gsm8k', 1, 'qwen-seed1'],
    ['qwen_gsm8k_iter1_seed2.json', 'gsm8k', 1, 'qwen-seed2'],
  ],
  'rounds without a set': [
    ['iter1.json', 'gsm8k', 1, null],
    ['iter2.json', 'gsm8k', 2, null],
    ['gsm8k-seeds.json', 'gsm8k', 0, null],
  ],
  parts: [
    ['train-00000-of-00002.json', 'train-00000-of-00002', null, null],
    ['train-00001-of-00002.json', 'train-00001-of-00002', null, null],
  ],
  'spellings of a seed set': [
    ['CodeAlpaca.json', 'CodeAlpaca', 0, null],
    ['code_alpaca_iter1_small.json', 'CodeAlpaca', 1, 'small'],
  ],
  'round 0 among rounds': [
    ['evol_0.json', null, 0, null],
    ['evol_1.json', null, 1, null],
    ['evol_2.json', null, 2, null],
  ],
  'a folder of all files that looks like a round': [
    ['gen2/gsm8k.json', 'gsm8k', 0, null],
    ['gen2/qwen_gsm8k_iter1.json', 'gsm8k', 1, 'qwen'],
  ],
  'one set named in a folder of rounds': [
    ['study/iter1.json', 'gsm8k', 1, null],
    ['study/iter2.json', 'gsm8k', 2, null],
    ['study/gsm8k.json', 'gsm8k', 0, null],
  ],
}

describe('names judged together', () => {
  it.each(Object.entries(TOGETHER))('%s', (_, expected) => {
    const paths = expected.map(([path]) => path)
    const guesses = guessFromFileNames(paths)
    expect(guesses.map((guess, k) => told(paths[k] as string, guess))).toEqual(expected)
  })

  it('take the seed sets that the study holds', () => {
    const known = ['code-alpaca', 'my-tasks']
    expect(guessFromFileNames(['CodeAlpaca_iter1_small.json'], known)[0]).toMatchObject({
      seedSet: 'code-alpaca',
    })
    expect(guessFromFileNames(['my-tasks_teamB_round2.json'], known)[0]).toMatchObject({
      seedSet: 'my-tasks',
      armLabel: 'teamB',
    })
    expect(guessFromFileNames(['iter2.json'], ['my-tasks'])[0]).toMatchObject({
      seedSet: 'my-tasks',
      round: 2,
    })
  })
})
