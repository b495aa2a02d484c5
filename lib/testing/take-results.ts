import fs from 'node:fs'
import path from 'node:path'
import type { ImportedResults, ImportResults } from '@/lib/contracts/results'
import { filesHere } from '@/lib/services/files/tasks'
import { saveUpload } from '@/lib/services/imports/uploads'
import { importResults } from '@/lib/services/results/import'
import type { ServiceContext } from '@/lib/services/context'

const FIXTURES = path.join(process.cwd(), 'lib/formats/results/fixtures')

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
