import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import process from 'node:process'
import type { Command } from 'commander'
import {
  DEFAULT_CHOICES,
  PICTURE_PAGE,
  pictureChoicesSchema,
  type PictureChoices,
  type PictureJob,
} from '@/lib/contracts/picture'
import { AppError } from '@/lib/errors'
import {
  closePictureBrowser,
  drawPicture,
  requireDrawable,
  type DrawnPicture,
  type PictureSite,
} from '@/lib/services/pictures'
import { freePort } from './free-port'
import { parseOption } from './options'
import { isBuilt } from './start/bundle.mjs'
import { ROOT } from './start/settings.mjs'

const START_MS = 60_000
const LOOK_MS = 100
const FORMATS = ['svg', 'pdf', 'png'] as const

/** The flags of a picture as the command line gives them. */
export interface PictureFlags {
  svg?: string
  pdf?: string
  png?: string
  widthMm?: string
  fontPt?: string
  scale?: string
  grey?: true
  title?: true
  caption?: boolean
  transparent?: true
}

/** Adds the flags under which a figure is written as a picture. */
export function addPictureFlags(command: Command): Command {
  const { widthMm, fontPt, scale } = DEFAULT_CHOICES
  return command
    .option('--svg <file>', 'write the figure as SVG')
    .option('--pdf <file>', 'write the figure as PDF')
    .option('--png <file>', 'write the figure as PNG')
    .option('--width-mm <n>', `width on paper, 85 or 174 for one or two columns (${widthMm})`)
    .option('--font-pt <n>', `size of its text in points (${fontPt})`)
    .option('--scale <2|4>', `pixels of a PNG for one of 96 an inch (${scale})`)
    .option('--grey', 'patterns without colour')
    .option('--title', 'draw title and reading')
    .option('--caption', 'draw the caption: n, definitions, runs')
    .option('--no-caption', 'draw no caption (the default)')
    .option('--transparent', 'no background, in SVG and PNG')
}

/** Returns the files that are asked for, with what each is to look like; `invalid_input` names a flag that does not fit. */
export function pictureFilesOf(flags: PictureFlags): { file: string; choices: PictureChoices }[] {
  const number = (text: string | undefined, otherwise: number) =>
    text === undefined ? otherwise : Number(text)
  const { widthMm, fontPt, scale } = DEFAULT_CHOICES
  const look = {
    ...DEFAULT_CHOICES,
    widthMm: number(flags.widthMm, widthMm),
    fontPt: number(flags.fontPt, fontPt),
    scale: number(flags.scale, scale),
    grey: flags.grey === true,
    title: flags.title === true,
    caption: flags.caption === true,
    transparent: flags.transparent === true,
  }
  return FORMATS.flatMap((format) => {
    const file = flags[format]
    const choices = parseOption(pictureChoicesSchema, { ...look, format })
    return file === undefined ? [] : [{ file, choices }]
  })
}

async function answers({ origin, token }: PictureSite): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` }
  const reply = await fetch(`${origin}${PICTURE_PAGE}`, { headers }).catch(() => null)
  return reply?.status === 200
}

/** Starts the web server for this command alone and returns it: on a free port of this machine, with a token that nobody else knows. */
export async function startSite(): Promise<{ site: PictureSite; web: ChildProcess }> {
  if (!isBuilt()) {
    throw new AppError(
      'capability_missing',
      'Pictures are drawn by the web app, which is not built here. Build it with "npm start -- --prepare" and try again.',
    )
  }
  const port = await freePort()
  const site = { origin: `http://127.0.0.1:${port}`, token: randomBytes(24).toString('hex') }
  const web = spawn(process.execPath, [path.join(ROOT, 'lib', 'cli', 'start', 'web.mjs')], {
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      HOST: '127.0.0.1',
      PORT: String(port),
      EVOLENS_ACCESS_TOKEN: site.token,
    },
    // It ends when its standard input closes, however this process ends.
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let problem = ''
  web.stderr?.on('data', (chunk: Buffer) => (problem = `${problem}${chunk}`.slice(-500)))
  const deadline = Date.now() + START_MS
  while (!(await answers(site))) {
    if (web.exitCode !== null || Date.now() > deadline) {
      web.kill('SIGKILL')
      throw new AppError(
        'backend_unavailable',
        `The web app that draws pictures did not start: ${problem.trim() || 'it did not answer within a minute'}. "npm start -- --prepare" builds it again.`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  return { site, web }
}

/** Returns what `work` makes with a way to draw; server and browser are started at the first picture and end with it. */
export async function withPictures<T>(
  work: (draw: (job: PictureJob) => Promise<DrawnPicture>) => Promise<T>,
): Promise<T> {
  let started: ReturnType<typeof startSite> | undefined
  try {
    return await work(async (job) => {
      // Before a server and a browser are started for nothing.
      requireDrawable(job.result)
      started ??= startSite()
      return drawPicture((await started).site, job)
    })
  } finally {
    await closePictureBrowser()
    const last = await started?.catch(() => null)
    last?.web.kill('SIGTERM')
  }
}
