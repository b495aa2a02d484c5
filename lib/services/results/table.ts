import type { FigureTable } from '@/lib/contracts/figure'
import { percentOf, type StoredResult } from '@/lib/contracts/results'
import { PAPER_NAME, PAPER_SOURCE } from '@/lib/paper/results'

const COLUMNS = [
  ['source', 'Source'],
  ['benchmark', 'Benchmark'],
  ['part', 'Part'],
  ['metric', 'Metric'],
  ['model', 'Model'],
  ['evolver', 'Evolver'],
  ['round', 'Round'],
  ['seedSets', 'Seed sets'],
  ['student', 'Student'],
  ['size', 'Size'],
  ['tuning', 'Tuning'],
  ['temperature', 'Temperature'],
  ['writer', 'Response model'],
  ['subset', 'Export'],
  ['written', 'Value as written'],
  ['unit', 'Unit'],
  ['value', 'Value'],
  ['percent', 'Percent'],
  ['missing', 'Reason'],
  ['n', 'n'],
  ['k', 'Correct'],
  ['attainable', 'Attainable'],
  ['stderr', 'Standard error as written'],
  ['harness', 'Harness'],
  ['version', 'Harness version'],
  ['shots', 'Examples in the prompt'],
  ['template', 'Prompt or chat template'],
  ['date', 'Date'],
  ['file', 'File'],
  ['place', 'Place in the file'],
].map(([key = '', label = '']) => ({ key, label, unit: '' }))

/** Whose number it is. The paper's numbers stand under their usual n, which it does not print. */
function sourceText({ source, n }: StoredResult): string {
  if (source !== PAPER_SOURCE) return `this study (${source})`
  const printed = `${PAPER_NAME}, as printed`
  return n === null ? printed : `${printed}; n is the usual size of the benchmark`
}

/** Returns one line a result: whose it is, the number as written and in percent, what it was trained on, and where it stands. */
export function resultsTable(results: readonly StoredResult[]): FigureTable {
  const rows = results.map((result) => {
    const { mapping, attainable } = result
    return {
      source: sourceText(result),
      benchmark: result.benchmark,
      part: result.subBenchmark,
      metric: result.metric,
      model: result.model,
      evolver: mapping.armKey,
      round: mapping.round,
      seedSets: mapping.seedSets.join(' '),
      student: mapping.student,
      size: mapping.size,
      tuning: mapping.tuning,
      temperature: mapping.temperature,
      writer: mapping.writer,
      subset: mapping.subsetId,
      written: result.written,
      unit: result.unit,
      value: result.value,
      percent: percentOf(result),
      missing: result.missing,
      n: result.n,
      k: result.k,
      attainable: attainable === null ? null : attainable ? 'yes' : 'no',
      stderr: result.stderr,
      harness: result.harness,
      version: result.harnessVersion,
      shots: result.fewShot,
      template: result.templateHash,
      date: result.date,
      file: result.fileName,
      place: result.place,
    }
  })
  return { columns: COLUMNS, rows }
}
