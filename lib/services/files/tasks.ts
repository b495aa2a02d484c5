import { readResultFile, type ResultsTask } from '@/lib/formats/results/read'
import type { ResultsRead } from '@/lib/formats/results/types'
import { arrangeUploads, type ArrangeTask } from '../imports/arrange'
import type { FolderContents } from '../imports/folder'
import { lookAtFile, type FileLook, type LookTask } from '../imports/look'
import { expandArchive, type ExpandTask } from '../imports/unpack'
import {
  readBenchmarkFile,
  type BenchmarkRead,
  type BenchmarkTask,
} from '../subsets/read-benchmark'

/** What is done with files that users send; arguments and results are plain data. `tick` says that work goes on. */
export const FILE_TASKS = {
  look: (task: LookTask, _tick: () => void): Promise<FileLook> => lookAtFile(task),
  expand: (task: ExpandTask, tick: () => void): Promise<FolderContents> =>
    expandArchive(task, tick),
  arrange: (task: ArrangeTask, tick: () => void): Promise<FolderContents> =>
    arrangeUploads(task, tick),
  results: (task: ResultsTask, _tick: () => void): Promise<ResultsRead> => readResultFile(task),
  benchmark: (task: BenchmarkTask, _tick: () => void): Promise<BenchmarkRead> =>
    readBenchmarkFile(task),
}

export type FileTaskName = keyof typeof FILE_TASKS

/** Who reads files: this process, or another one that may fail without harm (files-apart.ts). */
export interface FileTasks {
  look(task: LookTask, signal?: AbortSignal): Promise<FileLook>
  expand(task: ExpandTask, signal?: AbortSignal): Promise<FolderContents>
  arrange(task: ArrangeTask, signal?: AbortSignal): Promise<FolderContents>
  results(task: ResultsTask, signal?: AbortSignal): Promise<ResultsRead>
  benchmark(task: BenchmarkTask, signal?: AbortSignal): Promise<BenchmarkRead>
}

/** Reads files in the calling process. */
export const filesHere: FileTasks = {
  look: (task) => FILE_TASKS.look(task, () => {}),
  expand: (task) => FILE_TASKS.expand(task, () => {}),
  arrange: (task) => FILE_TASKS.arrange(task, () => {}),
  results: (task) => FILE_TASKS.results(task, () => {}),
  benchmark: (task) => FILE_TASKS.benchmark(task, () => {}),
}
