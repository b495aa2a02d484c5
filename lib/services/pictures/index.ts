import { isLoopbackHost, type Config } from '@/lib/config'
import type { PictureAnswer, PictureJob } from '@/lib/contracts/picture'
import { AppError, throwIfAborted } from '@/lib/errors'
import { withPicturePage, type PictureSite } from './browser'

export { closePictureBrowser, type PictureSite } from './browser'

// The largest figures take some seconds on a busy machine.
const DRAW_MS = 60_000

/** A picture as a file, and how high it is on paper. */
export interface DrawnPicture {
  file: Uint8Array<ArrayBuffer>
  heightMm: number
}

/** Returns where this web server reaches its own pages. */
export function ownSite({ host, port, accessToken }: Config): PictureSite {
  const everywhere = host === '0.0.0.0' || host === '::'
  const name = everywhere || isLoopbackHost(host) ? loopbackOf(host) : host
  return {
    origin: new URL(`http://${name.includes(':') ? `[${name}]` : name}:${port}`).origin,
    token: accessToken,
  }
}

function loopbackOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

function timeLimit(title: string): Promise<never> {
  return new Promise((_, reject) => {
    const message = `${title}: the picture was not drawn within ${DRAW_MS / 1000} seconds. Draw fewer panels, or try again when the machine has less to do.`
    setTimeout(() => reject(new AppError('data_error', message)), DRAW_MS).unref()
  })
}

/** Throws `data_error` where a figure has nothing to draw. */
export function requireDrawable({ figure: { title }, prepared }: PictureJob['result']): void {
  if (prepared.counts.some(({ valued }) => valued > 0)) return
  throw new AppError(
    'data_error',
    `${title} has nothing to draw: no row or result has a value for it under these options and this filter. Compute or import the values, or choose other options.`,
  )
}

/**
 * Returns a figure of a study as a file, the same bytes that the export dialog saves for these choices, and its height. Throws
 * `data_error` where there is nothing to draw, `capability_missing` without a browser.
 */
export async function drawPicture(
  site: PictureSite,
  job: PictureJob,
  signal?: AbortSignal,
): Promise<DrawnPicture> {
  const { title } = job.result.figure
  requireDrawable(job.result)
  const answer = await withPicturePage(site, (page) => {
    throwIfAborted(signal)
    const drawn = page.evaluate(
      (one: PictureJob): Promise<PictureAnswer> =>
        window.evolensPicture?.(one) ?? Promise.resolve({ problem: 'The page is not ready.' }),
      job,
    )
    return Promise.race([drawn, timeLimit(title)])
  })
  if ('problem' in answer) throw new AppError('data_error', `${title}: ${answer.problem}`)
  const { file, heightMm } = answer
  return { file: Uint8Array.from(Buffer.from(file, 'base64')), heightMm }
}
