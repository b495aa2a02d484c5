import type { MeasuredMetric, OutputSpec } from '../types'

/** What all runs that store token losses have in common. */
export const LOSS_RUN = {
  kind: 'measured',
  scope: 'row',
  needs: ['promptLogprobs', 'tokenize'],
  inputs: { response: true, parent: false },
  prompts: () => [],
  // About 64 sequences: enough to fill a backend's token batch, little enough to commit every second or so.
  batchRows: 32,
} as const satisfies Partial<MeasuredMetric>

function sum(key: string, label: string, description: string): OutputSpec {
  return {
    key,
    label,
    shape: 'scalar',
    dtype: 'f64',
    unit: 'nat',
    direction: 'none',
    directionMeans: 'A part of a loss; read the losses and ratios made from it.',
    description,
    hidden: true,
  }
}

function count(key: string, label: string, description: string): OutputSpec {
  return { ...sum(key, label, description), unit: 'tokens' }
}

function flag(key: string, label: string, description: string): OutputSpec {
  return {
    ...sum(key, label, description),
    unit: '',
    range: [0, 1],
    directionMeans: 'A property of the tokenizer on this row, not of its quality.',
    hidden: false,
  }
}

/** Outputs that need x. */
export const X_KEYS = ['jx0', 'jxSum', 'jxN', 'jnSum', 'jnN', 'txSum', 'txN'] as const

/** Outputs that need y. */
export const Y_KEYS = [
  'jy0',
  'jySum',
  'jyN',
  'ay0',
  'aySum',
  'ayN',
  'tySum',
  'tyN',
  'tnSum',
  'tnN',
] as const

/** Outputs of the tokenizer's own joined text. */
export const TEXT_KEYS = ['txSum', 'txN', 'tySum', 'tyN', 'tnSum', 'tnN'] as const

/** Sums of nll and token counts per row, from which every loss and ratio is derived on read. */
export const LOSS_OUTPUTS: readonly OutputSpec[] = [
  sum(
    'jx0',
    'first x token',
    'Nll of the first token of x in the joint pass; only with an anchor.',
  ),
  sum('jxSum', 'further x tokens', 'Sum of nll over the further tokens of x in the joint pass.'),
  count('jxN', 'further x tokens, count', 'Number of tokens in jxSum.'),
  sum('jnSum', 'joining newline', 'Nll of the joining newline where it is a token of its own.'),
  count('jnN', 'joining newline, count', 'Number of tokens in jnSum, 0 where it merged with x.'),
  sum('jy0', 'first y token given x', 'Nll of the first token of y in the joint pass.'),
  sum('jySum', 'further y tokens given x', 'Sum of nll over the further tokens of y, given x.'),
  count('jyN', 'further y tokens given x, count', 'Number of tokens in jySum.'),
  sum('ay0', 'first y token alone', 'Nll of the first token of y alone; only with an anchor.'),
  sum('aySum', 'further y tokens alone', 'Sum of nll over the further tokens of y alone.'),
  count('ayN', 'further y tokens alone, count', 'Number of tokens in aySum; equals jyN.'),
  sum('txSum', 'reference x span', 'Sum of nll of the joined text before the cut at len(tok(x)).'),
  count('txN', 'reference x span, count', 'Number of tokens in txSum.'),
  sum('tySum', 'reference y span', 'Sum of nll of the joined text from the cut at len(tok(x)) on.'),
  count('tyN', 'reference y span, count', 'Number of tokens in tySum.'),
  sum(
    'tnSum',
    'y span after newline',
    'Sum of nll of the joined text from len(tok(x + newline)) on.',
  ),
  count('tnN', 'y span after newline, count', 'Number of tokens in tnSum.'),
  {
    ...flag('anchored', 'anchored', '1 when both passes start with an anchor token.'),
    hidden: true,
  },
  flag('joinSame', 'joins alike', '1 when joining texts and joining ids give the same tokens.'),
  flag('prefixStable', 'prefix stable', '1 when tok(x) is a prefix of the joined tokens.'),
  {
    ...flag('newlineIn', 'newline counted to', 'Side of the reference cut that holds the newline.'),
    shape: 'enum',
    levels: ['x', 'y'],
    range: [1, 2],
  },
  {
    ...count('floored', 'floored tokens', 'Tokens whose log-probability the server clamped.'),
    hidden: true,
  },
]

const OF_TEXT = new Set<string>([...TEXT_KEYS, 'joinSame', 'prefixStable', 'newlineIn'])

/** The sums of two passes without the tokenizer's own joined text: what a run under a chat template has. */
export const PASS_OUTPUTS: readonly OutputSpec[] = LOSS_OUTPUTS.filter(
  ({ key }) => !OF_TEXT.has(key),
)
