import { createRandom } from '@/lib/stats/random'
import { filesHere, type FileTasks } from '@/lib/services/files/tasks'
import { testStudy } from '../imports'
import { mutated } from './mutate'
import { fuzzSubjects, type Subject } from './subjects'
import { tryFile } from './try'

/** A study of this many imports is put away for a fresh one, so that a run stays as fast as it began. */
const TRIES_PER_STUDY = 250

/** What a run does. */
export interface FuzzRun {
  seed: number
  count: number
  /** Formats that are tried; all where it is empty. */
  only?: readonly string[]
  /** Who reads the files; default this process. */
  files?: FileTasks
  /** Ends the run after the file at hand; what was tried is reported. */
  signal?: AbortSignal
  /** Called after each file with its number. */
  onTried?: (no: number) => void
}

/** Returns format -> outcome -> number of files, and the faults with the numbers of their files. */
export interface FuzzReport {
  outcomes: Map<string, Map<string, number>>
  /** Differences from other parsers that are meant: rule -> number of files. */
  rules: Map<string, number>
  faults: { no: number; format: string; name: string; fault: string; bytes: Buffer }[]
}

function count(into: Map<string, number>, key: string): void {
  into.set(key, (into.get(key) ?? 0) + 1)
}

/** Tries mutations of sound files of every format in turn and returns what became of them; the same seed gives the same files. */
export async function fuzz(run: FuzzRun): Promise<FuzzReport> {
  const { seed, only = [], files = filesHere } = run
  const subjects = (await fuzzSubjects()).filter(
    ({ format }) => only.length === 0 || only.includes(format),
  )
  const formats = [...new Set(subjects.map(({ format }) => format))]
  const report: FuzzReport = { outcomes: new Map(), rules: new Map(), faults: [] }
  for (const format of formats) report.outcomes.set(format, new Map())
  let study = await testStudy()
  try {
    for (let no = 0; no < run.count && formats.length > 0 && !run.signal?.aborted; no++) {
      if (no > 0 && no % TRIES_PER_STUDY === 0) {
        await study.close()
        study = await testStudy()
      }
      // Each file has a generator of its own, so that one can be made again without those before it.
      const random = createRandom(seed + no * 2 ** 32)
      const format = formats[no % formats.length] as string
      const own = subjects.filter((subject) => subject.format === format)
      const subject = own[random.below(own.length)] as Subject
      const bytes = mutated(subject, random)
      const tried = await tryFile({ study, files }, subject, bytes)
      count(report.outcomes.get(format) as Map<string, number>, tried.outcome)
      if (tried.rule) count(report.rules, tried.rule)
      if (tried.fault) {
        report.faults.push({ no, format, name: subject.name, fault: tried.fault, bytes })
      }
      run.onTried?.(no)
    }
  } finally {
    await study.close()
  }
  return report
}
