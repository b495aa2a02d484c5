import path from 'node:path'
import { createHash } from 'node:crypto'
import type { ResultItem } from '@/lib/contracts/results'
import { fieldsAt, isFields, resultOf, shareOfItems, unexpected } from './fields'
import type { FileView } from './fields'
import type { JsonLine, ReadResult, ResultReader } from './types'

/** Strict and loose are separate files; nothing in a line tells them apart. */
function modeOf(file: FileView): 'strict' | 'loose' {
  const found = /(?:^|[._-])(strict|loose)(?=[._-])/i.exec(path.posix.basename(file.name))?.[1]
  if (found === undefined) {
    const expected = 'eval_results_strict.jsonl or eval_results_loose.jsonl: the lines do not tell'
    throw unexpected(file, 'the name of the file', expected, path.posix.basename(file.name))
  }
  return found.toLowerCase() as 'strict' | 'loose'
}

async function readIfeval(lines: AsyncIterable<JsonLine>, file: FileView): Promise<ReadResult[]> {
  const mode = modeOf(file)
  const prompts = new Map<string, ResultItem>()
  const flagged: ResultItem[] = []
  const byType = new Map<string, ResultItem[]>()
  for await (const { value, line } of lines) {
    const at = (key: string) => `line ${line}, ${key}`
    const entry = fieldsAt(value, file, `line ${line}`)
    const { prompt, follow_all_instructions: all, follow_instruction_list: flags } = entry
    const ids = entry['instruction_id_list']
    if (typeof prompt !== 'string') throw unexpected(file, at('prompt'), 'a text', prompt)
    if (typeof all !== 'boolean') {
      throw unexpected(file, at('follow_all_instructions'), 'true or false', all)
    }
    if (!Array.isArray(flags) || !flags.every((flag) => typeof flag === 'boolean')) {
      throw unexpected(file, at('follow_instruction_list'), 'a list of true and false', flags)
    }
    if (!Array.isArray(ids) || ids.length !== flags.length) {
      throw unexpected(file, at('instruction_id_list'), `${flags.length} ids, one a flag`, ids)
    }
    // The prompt is the only identity of an item.
    const id = createHash('sha256').update(prompt).digest('hex')
    if (prompts.has(id)) {
      throw unexpected(file, at('prompt'), 'each prompt once (keep the lines of one evaluation)')
    }
    prompts.set(id, { id, hash: id, hits: all ? 1 : 0, of: 1 })
    if (flags.length > 0) {
      flagged.push({ id, hash: id, hits: flags.filter(Boolean).length, of: flags.length })
    }
    for (const [index, name] of ids.entries()) {
      const [type = ''] = String(name).split(':')
      const item = { id: `${id}:${index}`, hash: id, hits: flags[index] ? 1 : 0, of: 1 }
      byType.set(type, [...(byType.get(type) ?? []), item])
    }
  }
  const folder = path.posix.basename(path.posix.dirname(file.name))
  const one = (level: 'prompt' | 'inst', items: ResultItem[], part: string | null = null) => {
    const list = level === 'prompt' ? 'follow_all_instructions' : 'follow_instruction_list'
    return resultOf({
      ...shareOfItems(items),
      model: folder === '.' || folder === '' ? null : folder,
      benchmark: 'ifeval',
      subBenchmark: part,
      metric: `${level}_level_${mode}_acc`,
      harness: 'instruction_following_eval',
      place: `share of true in ${list} over the lines`,
    })
  }
  return [
    one('prompt', [...prompts.values()]),
    ...(flagged.length > 0 ? [one('inst', flagged)] : []),
    ...[...byType].map(([type, items]) => one('inst', items, type)),
  ]
}

/** Items of IFEval's own scripts: `eval_results_strict.jsonl` and `eval_results_loose.jsonl`. */
export const ifeval: ResultReader = {
  id: 'ifeval',
  family: 'ifeval',
  label: 'IFEval',
  expects:
    'eval_results_strict.jsonl or eval_results_loose.jsonl with prompt, follow_all_instructions, follow_instruction_list and instruction_id_list',
  container: 'lines',
  fits: (first) => isFields(first) && 'follow_all_instructions' in first,
  read: readIfeval,
}
