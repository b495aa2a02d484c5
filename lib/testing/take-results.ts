import fs from 'node:fs'
import path from 'node:path'
import type { ImportedResults, ImportResults } from '@/lib/contracts/results'
import { filesHere } from '@/lib/services/files/tasks'
import { saveUpload } from '@/lib/services/imports/uploads'
import { importResults } from '@/lib/services/results/import'
import type { ServiceContext } from '@/lib/services/context'

const FIXTURES = path.join(process.cwd(), 'lib/formats/results/fixtures')

/** Time stamp in names of lm-evaluation-harness. */
export const RESULT_STAMP = '2024-12-15T00-00-00.500000'

/** The name under which each fixture is known. */
export const RESULT_NAMES: Readonly<Record<string, string>> = {
  'lm-eval-results.json': `m/results_${RESULT_STAMP}.json`,
  'lm-eval-samples-gsm8k.jsonl': `m/samples_gsm8k_${RESULT_STAMP}.jsonl`,
  'ifeval-strict.jsonl': 'm/eval_results_strict.jsonl',
  'evalplus.json': 'humaneval/student-a.eval_results.json',
  'alpaca-eval.csv': 'leaderboard.csv',
  'alpaca-eval-annotations.json': 'annotations.json',
  'win-tie-lose.csv': 'judged.csv',
  'opencompass-summary.csv': 'summary/summary_20241215_100000.csv',
  'opencompass-gsm8k.json': '20241215_100000/results/student-a/gsm8k.json',
  'followbench-hsr.csv': 'evaluation_result/style_hsr.csv',
  'every-eval-ever.json': 'gsm8k.json',
  'evalscope.json': 'reports/student-a/mmlu.json',
  'lighteval.json': 'results/student-a/results_2024-12-15T00-00-00.500000.json',
  'inspect.json': 'logs/gsm8k.json',
}

/** Returns the text of a fixture of a result file. */
export function resultFixture(name: string): string {
  return fs.readFileSync(path.join(FIXTURES, name), 'utf8')
}

/** Imports texts as result files of a study, each under a name with its folders, and returns what became of them. */
export async function takeResults(
  study: ServiceContext & { studyId: string },
  files: Readonly<Record<string, string | Buffer>>,
  more: ImportResults = {},
): Promise<ImportedResults> {
  const uploads = []
  for (const [relativePath, content] of Object.entries(files)) {
    const body = [Buffer.from(content)] as unknown as AsyncIterable<Uint8Array>
    const { uploadId } = await saveUpload(study.config, relativePath, body)
    uploads.push({ uploadId, relativePath })
  }
  return importResults(study, study.studyId, { uploads, ...more }, filesHere)
}
