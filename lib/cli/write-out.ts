import fs from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@/lib/errors'
import { openZip } from '@/lib/formats/containers/zip'

/** Returns whether a name that was typed means a folder. */
function isFolder(out: string): boolean {
  return /[\\/]$/.test(out) || (fs.existsSync(out) && fs.statSync(out).isDirectory())
}

/** Writes a file that is being exported; an archive into a folder as the files that it holds. A file that is not whole is removed. */
export async function writeOut(body: Readable, fileName: string, out: string): Promise<void> {
  if (!isFolder(out)) return writeFile(body, out)
  if (!fileName.endsWith('.zip')) {
    body.destroy()
    throw new AppError(
      'invalid_input',
      `${out} is a folder. Give a file name: the format is one file.`,
    )
  }
  fs.mkdirSync(out, { recursive: true })
  const zipPath = path.join(out, `.${fileName}`)
  try {
    await writeFile(body, zipPath)
    const zip = await openZip(zipPath, fileName, { maxUnpackedBytes: Number.MAX_SAFE_INTEGER })
    try {
      for (const file of zip.files) {
        const target = path.join(out, file.name)
        fs.mkdirSync(path.dirname(target), { recursive: true })
        await pipeline(zip.unpack(file), fs.createWriteStream(target))
      }
    } finally {
      zip.close()
    }
  } finally {
    fs.rmSync(zipPath, { force: true })
  }
}

async function writeFile(body: Readable, target: string): Promise<void> {
  const part = `${target}.part`
  try {
    await pipeline(body, fs.createWriteStream(part))
    fs.renameSync(part, target)
  } finally {
    fs.rmSync(part, { force: true })
  }
}
