import { z } from 'zod'
import type { StatusName } from '@/lib/contracts/status'
import { throwIfAborted } from '@/lib/errors'
import { exampleRow, stubTools } from './example-tools'
import { FEWEST_LETTERS, languageDetector, languageOf, type Detect } from './health/language'
import {
  defineMetric,
  type MeasuredMetric,
  type MetricRow,
  type OutputSpec,
  type RowResult,
} from './types'

// Detecting takes some hundredths of a millisecond a text; a batch leaves room for other jobs after some milliseconds.
const BATCH_ROWS = 128

/** Languages that the detector knows. Chunks hold their places in this list: new ones go at its end. */
const LANGUAGES: Readonly<Record<string, string>> = {
  am: 'Amharic',
  ar: 'Arabic',
  az: 'Azerbaijani',
  be: 'Belarusian',
  bg: 'Bulgarian',
  bn: 'Bengali',
  ca: 'Catalan',
  cs: 'Czech',
  da: 'Danish',
  de: 'German',
  el: 'Greek',
  en: 'English',
  es: 'Spanish',
  et: 'Estonian',
  eu: 'Basque',
  fa: 'Persian',
  fi: 'Finnish',
  fr: 'French',
  gu: 'Gujarati',
  he: 'Hebrew',
  hi: 'Hindi',
  hr: 'Croatian',
  hu: 'Hungarian',
  hy: 'Armenian',
  is: 'Icelandic',
  it: 'Italian',
  ja: 'Japanese',
  ka: 'Georgian',
  kn: 'Kannada',
  ko: 'Korean',
  ku: 'Kurdish',
  lo: 'Lao',
  lt: 'Lithuanian',
  lv: 'Latvian',
  ml: 'Malayalam',
  mr: 'Marathi',
  ms: 'Malay',
  nl: 'Dutch',
  no: 'Norwegian',
  or: 'Odia',
  pa: 'Punjabi',
  pl: 'Polish',
  pt: 'Portuguese',
  ro: 'Romanian',
  ru: 'Russian',
  sk: 'Slovak',
  sl: 'Slovenian',
  sq: 'Albanian',
  sr: 'Serbian',
  sv: 'Swedish',
  ta: 'Tamil',
  te: 'Telugu',
  th: 'Thai',
  tl: 'Tagalog',
  tr: 'Turkish',
  uk: 'Ukrainian',
  ur: 'Urdu',
  vi: 'Vietnamese',
  yo: 'Yoruba',
  zh: 'Chinese',
}
const CODES = Object.keys(LANGUAGES)

interface Told {
  value: number | null
  status: StatusName
}

function told(text: string, detect: Detect): Told {
  const code = languageOf(text, detect)
  const place = code === null ? -1 : CODES.indexOf(code)
  return place < 0 ? { value: null, status: 'not_applicable' } : { value: place + 1, status: 'ok' }
}

function ofInstruction({ instruction, input }: MetricRow, detect: Detect): Told {
  if (instruction.trim() === '') return { value: null, status: 'empty_instruction' }
  return told(input === null ? instruction : `${instruction}\n${input}`, detect)
}

function ofResponse({ response }: MetricRow, detect: Detect): Told {
  if (response === null || response.trim() === '') return { value: null, status: 'no_response' }
  return told(response, detect)
}

const computeBatch: MeasuredMetric<object>['computeBatch'] = async (rows, _, { signal }) => {
  throwIfAborted(signal)
  const detect = await languageDetector()
  return rows.map((row): RowResult => {
    const [instruction, response] = [ofInstruction(row, detect), ofResponse(row, detect)]
    return {
      index: row.index,
      status: 'ok',
      values: { instruction: instruction.value, response: response.value },
      statuses: { instruction: instruction.status, response: response.status },
    }
  })
}

const output = (key: string, label: string, of: string): OutputSpec => ({
  key,
  label,
  shape: 'category',
  words: Object.values(LANGUAGES),
  dtype: 'f64',
  unit: '',
  direction: 'none',
  directionMeans: 'No direction.',
  description: `The language of the ${of}, without code and addresses.`,
})

async function example(fields: Partial<MetricRow>) {
  const [result] = (await computeBatch?.([exampleRow(fields)], {}, stubTools())) ?? []
  const read = (key: string) => {
    const value = result?.values[key]
    return typeof value === 'number'
      ? (Object.values(LANGUAGES)[value - 1] ?? null)
      : (result?.statuses?.[key] ?? null)
  }
  return { instruction: read('instruction'), response: read('response') }
}

/** The language of a row's instruction and of its response. */
export const language = defineMetric<object>({
  kind: 'measured',
  id: 'language',
  version: 1,
  label: 'Language',
  description:
    'The language that the instruction with its input, and the response, are written in.',
  formula: `The likeliest of 60 languages (eld) where the detector is sure. No value for texts of fewer than ${FEWEST_LETTERS} letters, for texts that are mostly no letters, and where it is not sure. Code and addresses are left out.`,
  source:
    'Detector eld, the one behind the flag "language switch"; which texts are left out is our own rule',
  scope: 'row',
  needs: [],
  inputs: { response: true, parent: false },
  // Data of one language, which most are, needs it not.
  onDemand: true,
  params: z.object({}),
  outputs: [
    output('instruction', 'language', 'instruction with its input'),
    output('response', 'response language', 'response'),
  ],
  prompts: () => [],
  batchRows: BATCH_ROWS,
  computeBatch,
  examples: [
    {
      name: 'tells instruction and response apart',
      run: () =>
        example({
          instruction: 'Schreibe ein kurzes Gedicht über das Meer im Frühling.',
          response: '春天的大海温柔地拍打着沙滩，海鸥在蓝天下自由地飞翔，孩子们在沙滩上奔跑。',
        }),
      expected: { instruction: 'German', response: 'Chinese' },
    },
    {
      name: 'leaves out code',
      run: () =>
        example({
          instruction:
            'Explique pourquoi ce programme ne se termine jamais : ```for (;;) print("the sum of it all")```',
          response: '```js\nconst a = 1\n```',
        }),
      expected: { instruction: 'French', response: 'not_applicable' },
    },
    {
      name: 'has a reason where there is no text',
      run: () => example({ instruction: ' ', response: null }),
      expected: { instruction: 'empty_instruction', response: 'no_response' },
    },
  ],
})
