import path from 'node:path'
import { fieldsAt, isFields, resultOf, scoreOf, textOf, unexpected } from './fields'
import type { Fields, FileView } from './fields'
import type { ReadResult, ResultReader } from './types'

/** HumanEval/0, Mbpp/2: the part before the slash names the benchmark. */
function benchmarkOf(tasks: readonly string[], file: FileView): string {
  const names = [...new Set(tasks.map((task) => task.split('/')[0]?.toLowerCase() ?? ''))]
  const [name] = names
  if (name === undefined || names.length > 1) {
    throw unexpected(file, 'eval', 'tasks of one benchmark, such as HumanEval/0', names)
  }
  return name
}

function readEvalPlus(value: unknown, file: FileView): ReadResult[] {
  const whole = fieldsAt(value, file, 'the file')
  const tasks = fieldsAt(whole['eval'], file, 'eval')
  const scores = fieldsAt(whole['pass_at_k'], file, 'pass_at_k')
  const hash = textOf(whole['hash'])
  const ids = Object.keys(tasks)
  const benchmark = benchmarkOf(ids, file)
  const folder = path.posix.basename(path.posix.dirname(file.name))
  const stem = path.posix.basename(file.name).replace(/[._]?eval_results\.json$/, '')
  const model = stem !== '' ? stem : folder === '.' || folder === '' ? null : folder
  const triesOf = (task: string): Fields[] => {
    const tries = tasks[task]
    if (!Array.isArray(tries)) throw unexpected(file, `eval.${task}`, 'a list of solutions', tries)
    return tries.map((one, at) => fieldsAt(one, file, `eval.${task}.${at}`))
  }
  const hasOneEach = ids.every((task) => triesOf(task).length === 1)
  return Object.entries(scores).flatMap(([set, raw]) =>
    Object.entries(fieldsAt(raw, file, `pass_at_k.${set}`)).map(([metric, score]) => {
      // With the additional tests of EvalPlus a solution must pass both sets.
      const passes = (one: Fields) =>
        one['base_status'] === 'pass' && (set === 'base' || one['plus_status'] === 'pass')
      const isShare = hasOneEach && metric === 'pass@1'
      const items = isShare
        ? ids.map((id) => ({
            id,
            hash: null,
            hits: triesOf(id).some(passes) ? 1 : 0,
            of: 1,
          }))
        : null
      return resultOf({
        ...scoreOf(score, file, `pass_at_k.${set}.${metric}`),
        model,
        benchmark: set === 'base' ? benchmark : `${benchmark}+`,
        metric,
        unit: 'fraction',
        n: ids.length,
        k: items ? items.filter(({ hits }) => hits > 0).length : null,
        isShare,
        harness: 'evalplus',
        // The hash of its data set: other tests are another question.
        templateHash: hash === null ? null : `data set ${hash}`,
        date: textOf(whole['date']),
        items,
        place: `pass_at_k.${set}.${metric}`,
      })
    }),
  )
}

/** Results of EvalPlus: `eval_results.json`, alone or behind the model's name. */
export const evalPlus: ResultReader = {
  id: 'evalplus',
  family: 'evalplus',
  label: 'EvalPlus',
  expects: '<model>.eval_results.json with eval.<task> and pass_at_k',
  container: 'json',
  fits: (value) => isFields(value) && 'eval' in value && ('pass_at_k' in value || 'hash' in value),
  read: readEvalPlus,
}
