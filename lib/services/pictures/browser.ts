import process from 'node:process'
import type { Browser, Page } from 'playwright'
import { PICTURE_PAGE } from '@/lib/contracts/picture'
import { AppError, errorMessage } from '@/lib/errors'
import { findChromium } from './find-browser.mjs'

// Starting one takes a second, and a script asks for many pictures in a row.
const KEPT_MS = 3 * 60_000
// One for each core of a small machine.
const MOST_PAGES = 2
// A script may ask for every figure at once; more than this is a mistake.
const MOST_WAITING = 64
const OPEN_MS = 30_000
/** All that a browser needs of the environment; keys and tokens stay here. */
const VARIABLES = 'PATH HOME TMPDIR TEMP TMP SystemRoot LOCALAPPDATA FONTCONFIG_PATH'.split(' ')

/** A server whose picture page draws, and the token it asks for. */
export interface PictureSite {
  /** `http://127.0.0.1:3000` */
  origin: string
  token: string | null
}

/** A browser of one site, and its pages that wait for work. */
interface Open {
  browser: Browser
  site: PictureSite
  idle: Page[]
}

let open: { origin: string; ready: Promise<Open> } | null = null
let busy = 0
const waiting: (() => void)[] = []
let closing: NodeJS.Timeout | undefined

// Playwright's words where page or browser have ended.
const BROKEN = /\bclosed\b|\bcrashed\b|\bdisconnected\b/i

function noBrowser(cause: string): AppError {
  return new AppError(
    'capability_missing',
    `Pictures are drawn by a Chromium, Chrome or Edge, and ${cause} Install one with "npx playwright install chromium" (Debian: apt-get install chromium), or name it in EVOLENS_BROWSER.`,
  )
}

// What follows is Playwright's log, for programmers.
const firstLine = (error: unknown) => errorMessage(error).split('\n', 1)[0]?.slice(0, 200) ?? ''

async function launch(): Promise<Browser> {
  const { chromium } = await import('playwright')
  let executablePath: string | null
  try {
    executablePath = findChromium(chromium.executablePath())
  } catch (error) {
    throw new AppError('capability_missing', errorMessage(error))
  }
  if (executablePath === null) throw noBrowser('none was found here.')
  const env = Object.fromEntries(
    VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  ) as Record<string, string>
  const start = (chromiumSandbox: boolean) =>
    chromium.launch({
      executablePath,
      env,
      chromiumSandbox,
      timeout: OPEN_MS,
      // The web server ends in order by itself, and the browser with it.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      args: ['--disable-gpu', '--no-proxy-server', '--disable-background-networking'],
    })
  try {
    // Chromium has no sandbox for root; many containers have none for anybody. Only our own page is loaded either way.
    if (process.getuid?.() === 0) return await start(false)
    return await start(true).catch(() => start(false))
  } catch (error) {
    throw noBrowser(`${executablePath} does not start (${firstLine(error)}).`)
  }
}

/** What the page may load: itself, and the files that it is built from. */
function isOwn(address: string, { origin }: PictureSite): boolean {
  const url = new URL(address)
  if (url.protocol === 'data:' || url.protocol === 'blob:') return true
  const { pathname } = url
  return (
    url.origin === origin && (pathname === PICTURE_PAGE || pathname.startsWith('/_next/static/'))
  )
}

/** Returns a page that is ready to draw. It has no way to anything but its own files. */
async function newPage({ browser, site }: Open): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-US',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
    acceptDownloads: false,
  })
  try {
    await context.route('**/*', (route) => {
      const request = route.request()
      if (!isOwn(request.url(), site)) return route.abort('blockedbyclient')
      const isDocument = site.token !== null && request.isNavigationRequest()
      return route.continue(
        isDocument
          ? { headers: { ...request.headers(), authorization: `Bearer ${site.token}` } }
          : {},
      )
    })
    const page = await context.newPage()
    page.setDefaultTimeout(OPEN_MS)
    const response = await page.goto(`${site.origin}${PICTURE_PAGE}`)
    const status = response?.status() ?? 0
    if (status !== 200) {
      throw new AppError(
        'backend_unavailable',
        `The page that draws pictures answered with ${status}. Build the web app again ("npm start" does) and try once more.`,
      )
    }
    await page.waitForFunction(() => window.evolensPicture !== undefined)
    return page
  } catch (error) {
    await context.close().catch(() => undefined)
    if (error instanceof AppError) throw error
    throw new AppError(
      'backend_unavailable',
      `The page that draws pictures could not be opened (${firstLine(error)}). Try again; if it stays so, start Evolens again.`,
    )
  }
}

function opened(site: PictureSite): Promise<Open> {
  if (open?.origin === site.origin) return open.ready
  const last = open?.ready
  void last?.then(({ browser }) => browser.close()).catch(() => undefined)
  const ready = launch().then((browser) => ({ browser, site, idle: [] }))
  const next = { origin: site.origin, ready }
  const forget = () => {
    if (open === next) open = null
  }
  open = next
  ready.then(({ browser }) => browser.once('disconnected', forget), forget)
  return ready
}

/** Closes a browser, if it is there still, and asks it for no more pages. */
async function forget({ browser }: Open): Promise<void> {
  const last = open
  if ((await last?.ready.catch(() => null))?.browser === browser && open === last) open = null
  await browser.close().catch(() => undefined)
}

async function takeTurn(): Promise<void> {
  if (busy < MOST_PAGES) {
    busy += 1
    return
  }
  if (waiting.length >= MOST_WAITING) {
    throw new AppError(
      'rate_limited',
      `${MOST_WAITING} pictures are waiting to be drawn. Ask for fewer at a time.`,
    )
  }
  // Whoever is done hands its place on.
  await new Promise<void>((resolve) => waiting.push(resolve))
}

function endTurn(): void {
  const next = waiting.shift()
  if (next) {
    next()
    return
  }
  busy -= 1
  if (busy > 0) return
  closing = setTimeout(() => void closePictureBrowser(), KEPT_MS)
  closing.unref()
}

/** Returns what `work` makes of a page of the site's picture browser: at most two at a time, others wait. */
export async function withPicturePage<T>(
  site: PictureSite,
  work: (page: Page) => Promise<T>,
): Promise<T> {
  await takeTurn()
  clearTimeout(closing)
  try {
    const at = await opened(site)
    const page = at.idle.pop() ?? (await newPage(at))
    try {
      const made = await work(page)
      at.idle.push(page)
      return made
    } catch (error) {
      // What it was left in is not known.
      await page
        .context()
        .close()
        .catch(() => undefined)
      // Its end may be seen here before the browser tells of it: the next picture starts another.
      if (BROKEN.test(firstLine(error))) await forget(at)
      if (error instanceof AppError) throw error
      throw new AppError(
        'backend_unavailable',
        `The browser broke off while it drew (${firstLine(error)}). Try again; if it stays so, draw fewer panels or name another browser in EVOLENS_BROWSER.`,
      )
    }
  } finally {
    endTurn()
  }
}

/** Closes the browser that draws pictures, if one is open. */
export async function closePictureBrowser(): Promise<void> {
  clearTimeout(closing)
  const last = open
  open = null
  await last?.ready.then(({ browser }) => browser.close()).catch(() => undefined)
}
