import { countOf, fieldsAt, isFields, resultOf, scoreOf, stderrOf, textOf } from './fields'
import type { Fields, FileView } from './fields'
import type { ReadResult, ResultReader } from './types'

const HARNESS = 'lm-evaluation-harness'

// Metrics that are means of right and wrong over the items. Instruction-level ones are over flags, whose number the file does not tell.
const OVER_ITEMS =
  /^(?:acc|acc_norm|exact_match|math_verify|mc1|pass@1|pass_at_1|prompt_level_\w+_acc)$/
// Between 0 and 1, but no share of n items.
const FRACTIONS = /^(?:inst_level_\w+_acc|pass@\d+|pass_at_\d+|f1|em|mc2|acc_\w+)$/

/** Returns the unit of a metric by its name, and whether it is a share of right items. */
export function unitOfMetric(name: string): Pick<ReadResult, 'unit' | 'isShare'> {
  const isShare = OVER_ITEMS.test(name)
  return { unit: isShare || FRACTIONS.test(name) ? 'fraction' : 'unstated', isShare }
}

/** Returns the time in a file's name, which all files of one evaluation share; null where it has none. */
export function stampOf(name: string): string | null {
  return /_(\d{4}-\d\d-\d\dT[\d.-]+?)\.jsonl?$/.exec(name)?.[1] ?? null
}

interface Tasks {
  /** The outermost group that a task belongs to; itself where it belongs to none. */
  rootOf(task: string): string
  /** The tasks of a group that hold items; the task itself where it is no group. */
  leavesOf(task: string): string[]
}

function tasksOf(subtasks: Fields): Tasks {
  const childrenOf = (task: string) => {
    const listed = subtasks[task]
    const names = Array.isArray(listed) ? listed : []
    return names.filter((name): name is string => typeof name === 'string' && name !== task)
  }
  const parents = new Map(
    Object.keys(subtasks).flatMap((group) => childrenOf(group).map((task) => [task, group])),
  )
  const rootOf = (task: string, seen: readonly string[] = []): string => {
    const parent = parents.get(task)
    return parent === undefined || seen.includes(parent) ? task : rootOf(parent, [...seen, task])
  }
  const leavesOf = (task: string, seen: readonly string[] = []): string[] => {
    const children = childrenOf(task).filter((name) => !seen.includes(name))
    if (children.length === 0) return [task]
    return [...new Set(children.flatMap((name) => leavesOf(name, [...seen, task])))]
  }
  return { rootOf: (task) => rootOf(task), leavesOf: (task) => leavesOf(task) }
}

/** The one value that all tasks have; null where they differ or one has none. */
function common(values: readonly (number | null)[]): number | null {
  const [first = null] = values
  return values.every((value) => value === first) ? first : null
}

/** What the texts of a task were made with: chat template, system instruction, and the version of the task itself. */
function templateOf(whole: Fields, leaves: readonly string[]): string | null {
  if (!('chat_template_sha' in whole)) return null
  const system = textOf(whole['system_instruction_sha'])
  const template = textOf(whole['chat_template_sha']) ?? 'none'
  const versions = isFields(whole['versions']) ? whole['versions'] : {}
  // A new version of a task asks or scores otherwise.
  const stated = [
    ...new Set(leaves.map((leaf) => textOf(versions[leaf]) ?? countOf(versions[leaf]))),
  ]
  return [
    template,
    ...(system === null ? [] : [`system instruction ${system}`]),
    ...stated.flatMap((version) => (version === null ? [] : [`task version ${version}`])),
  ].join(', ')
}

function readResults(value: unknown, file: FileView): ReadResult[] {
  const whole = fieldsAt(value, file, 'the file')
  const part = (key: string): Fields => (isFields(whole[key]) ? whole[key] : {})
  const results = { ...part('groups'), ...fieldsAt(whole['results'], file, 'results') }
  const [shots, samples] = [part('n-shot'), part('n-samples')]
  const { rootOf, leavesOf } = tasksOf(part('group_subtasks'))
  const itemsOf = (task: string) =>
    isFields(samples[task]) ? countOf(samples[task]['effective']) : null
  const shared = {
    model: textOf(whole['model_name']) ?? textOf(part('config')['model']),
    harness: HARNESS,
    harnessVersion: textOf(whole['lm_eval_version']),
    date: stampOf(file.name) ?? textOf(whole['date']),
  }
  const found = Object.entries(results).flatMap(([task, raw]) => {
    const entry = fieldsAt(raw, file, `results.${task}`)
    const leaves = leavesOf(task)
    const sizes = leaves.map(itemsOf)
    const n = sizes.reduce<number | null>(
      (sum, size) => (sum === null || size === null ? null : sum + size),
      0,
    )
    const root = rootOf(task)
    return Object.keys(entry).flatMap((key) => {
      const [, name = '', filter = ''] = /^([^,]+),(.+)$/.exec(key) ?? []
      if (name === '' || name.endsWith('_stderr')) return []
      const { unit, isShare } = unitOfMetric(name)
      const place = `results.${task}.${key}`
      return resultOf({
        ...shared,
        ...scoreOf(entry[key], file, place),
        templateHash: templateOf(whole, leaves),
        benchmark: root,
        subBenchmark: root === task ? null : task,
        metric: key,
        unit,
        n: isShare ? n : null,
        isShare: isShare && n !== null,
        stderr: stderrOf(entry[`${name}_stderr,${filter}`], file, `${place} (standard error)`),
        fewShot: common(
          leaves.map((leaf) => countOf(shots[leaf] ?? (leaf === task ? null : shots[task]))),
        ),
        place,
      })
    })
  })
  return found
}

/** Results of lm-evaluation-harness: `results_<date>.json`. */
export const lmEvalResults: ResultReader = {
  id: 'lm-eval',
  family: 'lm-eval',
  label: 'lm-evaluation-harness',
  expects: 'results_<date>.json with results.<task>.<metric>,<filter>',
  container: 'json',
  fits: (value) =>
    isFields(value) &&
    isFields(value['results']) &&
    ['lm_eval_version', 'n-shot', 'group_subtasks', 'task_hashes'].some((key) => key in value),
  read: readResults,
}
