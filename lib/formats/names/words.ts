/** What one word of a file name stands for. `detail` is a version, size, date or count; `word` is anything unknown. */
export type Role =
  | 'round'
  | 'model'
  | 'detail'
  | 'decoding'
  | 'set'
  | 'seed'
  | 'evolved'
  | 'number'
  | 'noise'
  | 'word'

/** One word of a name with the separator before it. */
export interface Word {
  text: string
  lower: string
  separator: string
  role: Role
  /** Of rounds, the number. */
  value: number
  /** `r1` names a model as often as a round. */
  isDoubtful: boolean
}

// Families of language models; a version or letters may follow a digit (`llama3`, `qwen2.5`, `gpt4o`).
const FAMILY =
  /^(?:chat)?(?:gpt|llama|tinyllama|codellama|llava|qwen|qwq|qwencoder|mistral|ministral|mixtral|magistral|codestral|devstral|gemma|codegemma|phi|smollm|deepseek|claude|gemini|vicuna|yi|internlm|baichuan|chatglm|glm|falcon|olmo|olmoe|zephyr|starcoder|starling|nemotron|granite|minicpm|kimi|grok|exaone|pythia|opt|bloom|bloomz|stablelm|solar|jamba|dbrx|ernie|hunyuan|doubao|davinci|cohere|wizardlm|wizardcoder|wizardmath|mimo|lfm|apertus|o[134])(?:\d[\w.]*)?$/
// Publishers that stand before a family: `Meta-Llama-3`.
const PUBLISHER =
  /^(?:meta|nous|nousresearch|mistralai|google|microsoft|openai|anthropic|ibm|huggingfacetb|unsloth)$/
const SIZE_WORD = /^(?:small|large|slm|llm|mini|tiny)$/
// Parameters: billions always, millions from ten on (`1.4M` counts rows); `8x7b`, `a3b`.
const SIZE = /^(?:\d+(?:\.\d+)?b|\d+x\d+b|a\d+b|\d{2,}m)$/
// Words that go on naming a model.
const MODEL_DETAIL =
  /^(?:\d+(?:\.\d+)+|\d{1,4}|\d{6}|\d{8}|(?:4|8|16|32|64|128)k|v\d[\d.]*|\d+o|o\d|k\d(?:\.\d+)?|r\d|instruct|chat|it|base|turbo|mini|nano|small|medium|large|max|plus|pro|flash|lite|preview|latest|exp|zero|distill|distilled|distil|coder|vl|think|thinking|reasoner|sonnet|haiku|opus|hf|awq|gptq|gguf|fp8|fp16|bf16|int4|int8|4bit|8bit|q\d|lora|qlora|sft|dpo|rlhf|rl|ppo|grpo|orpo|ft|finetuned|tuned|nemo|moe|oss|beta|alpha|ai)$/
// A model word that is also the name of a data set, unless a size or version follows.
const DOUBLE = /^(?:math|code)$/
const DECODING =
  /^(?:greedy|sampled|sampling|nucleus|beam\d*|(?:t|temp|temperature|topp|topk|p)\d+(?:\.\d+)?)$/
const DECODING_NAME = /^(?:t|temp|temperature|topp|topk|top|p)$/
const COUNT = /^\d+(?:\.\d+)?(?:k|m)$/
const VERSION = /^(?:v|ver|version|rev)\d[\d.]*$/
const DATE = /^(?:(?:19|20)\d{2}(?:\.\d{1,2}){0,2}|\d{4,14})$/
// The number after these counts something else than rounds.
const COUNTER =
  /^(?:seeds?|epochs?|ep|ckpt|checkpoint|part|parts|shard|shards|chunk|split|fold|worker|rank|gpu|batch|run|trial|v|ver|version|rev|top|len|maxlen|beam|pass|n|k|of|level|lr|bs|steps?|iter)$/
const COUNTER_FUSED =
  /^(?:seeds?|epochs?|ep|ckpt|checkpoint|part|shard|chunk|split|fold|worker|rank|gpu|batch|run|trial|rev|len|pass|n|level|lr|bs|steps?|iter)\d[\d.]*$/
const ROUND_WORDS =
  'iterations?|iter|itr|it|rounds?|rnd|rd|generation|gen|evolutions?|evolved|evolve|evol|steps?'
const ROUND_FUSED = new RegExp(`^(?:${ROUND_WORDS}|r|i)0*(\\d{1,3})$`)
const ROUND_NAME = new RegExp(`^(?:${ROUND_WORDS})$`)
const ROUND_LATE = new RegExp('^(.*[a-z0-9])(?:iteration|iter|round|rnd)0*(\\d{1,3})$')
// Evolution has a few rounds; a larger number is a training step, a count or a year.
const MAX_ROUND = 30
const ORDINALS: Record<string, number> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
}
const SEED = /^(?:seeds?|seedset|seeddata|seedtasks?|originals?|orig)$/
const EVOLVED = /^(?:evol(?!ens).*|autoevol.*|selfevol.*)$/
const WIZARD = /^wizard(?:lm|coder|math)/
const NOISE =
  /^(?:data|datasets?|files?|outputs?|out|results?|final|generated|generations?|gen|responses?|answers?|instructions?|jsonl?|train|training|full|all|new|cleaned|clean|processed|merged|by|with|from|and|only|en|part|parts|of|set|round|iter|iteration|trained|distill|distilled|distillation)$/
const KNOWN_SET =
  /^(?:alpaca|gsm8k|gsm|code|codealpaca|dolly|math|mathematics|general|sharegpt|oasst\d?|flan|mbpp|humaneval|apps|leetcode|mmlu|lima|ultrachat|svamp|mawps|aqua|numinamath|belle|firefly|arc|hellaswag|truthfulqa|strategyqa|commonsenseqa|ifeval|medqa|autoif)$/

const SEPARATED = /(?:[^\s\-_.+,()[\]=]|(?<=\d)\.(?=\d))+/gu

function word(text: string, separator: string): Word {
  return { text, lower: text.toLowerCase(), separator, role: 'word', value: 0, isDoubtful: false }
}

function split(name: string): Word[] {
  const words: Word[] = []
  let end = 0
  for (const match of name.matchAll(SEPARATED)) {
    const separator = name.slice(end, match.index).slice(-1)
    end = match.index + match[0].length
    const late = ROUND_LATE.exec(match[0].toLowerCase())
    const head = late?.[1]?.length ?? 0
    // `gsm8kIter2`: two words without a separator.
    if (head > 1)
      words.push(word(match[0].slice(0, head), separator), word(match[0].slice(head), ''))
    else words.push(word(match[0], separator))
  }
  return words
}

function setRound(target: Word, value: number, isDoubtful = false): void {
  Object.assign(target, { role: 'round', value, isDoubtful })
}

/** `iter2`, `round_2`, `2nd round`, `round-two`; returns how many words belong to it. */
function roundAt(words: readonly Word[], k: number): number {
  const here = words[k] as Word
  const next = words[k + 1]
  const fused = ROUND_FUSED.exec(here.lower)
  if (fused && Number(fused[1]) <= MAX_ROUND) {
    setRound(here, Number(fused[1]), here.lower === 'r1')
    return 1
  }
  if (!next) return 0
  const ordinal = /^(\d{1,2})(?:st|nd|rd|th)$/.exec(here.lower)
  const counted = ordinal ? Number(ordinal[1]) : ORDINALS[here.lower]
  if (counted !== undefined && ROUND_NAME.test(next.lower)) {
    setRound(here, counted)
    next.role = 'noise'
    return 2
  }
  if (!ROUND_NAME.test(here.lower)) return 0
  const value = /^\d{1,3}$/.test(next.lower) ? Number(next.lower) : ORDINALS[next.lower]
  if (value === undefined || value > MAX_ROUND) return 0
  setRound(here, value)
  next.role = 'noise'
  return 2
}

function isModelDetail(words: readonly Word[], k: number): boolean {
  const { lower } = words[k] as Word
  if (SIZE.test(lower) || MODEL_DETAIL.test(lower)) return true
  const next = words[k + 1]?.lower ?? ''
  return DOUBLE.test(lower) && (SIZE.test(next) || next === 'instruct' || VERSION.test(next))
}

/** A family and what goes on naming it: `Llama-3.1-8B-Instruct`. */
function modelAt(words: readonly Word[], k: number): number {
  const here = words[k] as Word
  if (PUBLISHER.test(here.lower) && FAMILY.test(words[k + 1]?.lower ?? '')) {
    here.role = 'model'
    return 1 + modelAt(words, k + 1)
  }
  if (!FAMILY.test(here.lower) && !SIZE_WORD.test(here.lower) && !SIZE.test(here.lower)) return 0
  here.role = 'model'
  let end = k + 1
  for (; end < words.length && isModelDetail(words, end); end++) {
    // A round after a model is the round: `r1` belongs to the model only where it is one of its words.
    const { lower } = words[end] as Word
    if (/^r\d$/.test(lower) && !here.lower.startsWith('deepseek')) break
    ;(words[end] as Word).role = 'model'
  }
  return end - k
}

/** `epoch3`, `seed 42`, `part-2-of-3`: numbers that are no rounds. */
function counterAt(words: readonly Word[], k: number): number {
  const here = words[k] as Word
  const next = words[k + 1]
  if (COUNTER_FUSED.test(here.lower)) {
    here.role = 'detail'
    return 1
  }
  if (!next || !/^\d[\d.]*$/.test(next.lower)) return 0
  const isDecoding = DECODING_NAME.test(here.lower)
  if (!isDecoding && !COUNTER.test(here.lower)) return 0
  here.role = isDecoding ? 'decoding' : 'detail'
  next.role = here.role
  return 2
}

/** `2024-08-06`: a year and what follows it. */
function dateAt(words: readonly Word[], k: number): number {
  const here = words[k] as Word
  if (!DATE.test(here.lower)) return 0
  here.role = 'detail'
  let end = k + 1
  while (
    /^(?:19|20)\d{2}$/.test(here.lower) &&
    end < k + 3 &&
    /^\d{1,2}$/.test(words[end]?.lower ?? '')
  ) {
    ;(words[end] as Word).role = 'detail'
    end += 1
  }
  return end - k
}

function evolvedAt(words: readonly Word[], k: number): number {
  const here = words[k] as Word
  if (!EVOLVED.test(here.lower)) return 0
  here.role = 'evolved'
  if (words[k - 1]?.lower === 'auto') (words[k - 1] as Word).role = 'evolved'
  const next = words[k + 1]
  if (!next || !/^(?:instruct|instructions?|complexity|quality)$/.test(next.lower)) return 1
  next.role = 'evolved'
  return 2
}

function plainRole({ lower }: Word): Role {
  if (SEED.test(lower)) return 'seed'
  if (DECODING.test(lower)) return 'decoding'
  if (VERSION.test(lower) || COUNT.test(lower)) return 'detail'
  if (/^\d{1,3}$/.test(lower)) return 'number'
  if (KNOWN_SET.test(lower)) return 'set'
  return NOISE.test(lower) ? 'noise' : 'word'
}

/** Returns the words of a name with what each seems to be. */
export function wordsOf(name: string): Word[] {
  const words = split(name)
  for (let k = 0; k < words.length;) {
    const taken =
      roundAt(words, k) ||
      counterAt(words, k) ||
      evolvedAt(words, k) ||
      modelAt(words, k) ||
      dateAt(words, k)
    if (taken === 0) (words[k] as Word).role = plainRole(words[k] as Word)
    k += Math.max(1, taken)
  }
  for (const [k, here] of words.entries()) {
    if (!here.isDoubtful) continue
    // DeepSeek-R1 and what was distilled from it.
    const beside = `${words[k - 1]?.lower ?? ''} ${words[k + 1]?.lower ?? ''}`
    if (/deepseek|distil|zero|open|dolphin/.test(beside))
      Object.assign(here, { role: 'model', isDoubtful: false })
  }
  return words
}

/** Returns whether a word names a published evolver's data set (`WizardLM`), which is no evolver's label. */
export function isWizard(lower: string): boolean {
  return WIZARD.test(lower)
}

/** Returns whether a word names an evolver by its size alone (`small`). */
export function isSizeWord(lower: string): boolean {
  return SIZE_WORD.test(lower)
}

/** Returns the words as they were written, joined by their own separators. */
export function textOf(words: readonly Word[]): string {
  return words.map(({ text, separator }, k) => (k === 0 ? text : `${separator}${text}`)).join('')
}
