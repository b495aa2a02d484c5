import { beforeEach, describe, expect, it } from 'vitest'
import { keepNewestAddress } from './newest-address'

const ORIGIN = 'http://evolens.test'

/** The entries of a browser's history: what it keeps of each, and which one is shown. */
function openBrowser(first: string) {
  const entries: { state: unknown; href: string }[] = [{ state: null, href: ORIGIN + first }]
  let place = 0
  const shown = () => entries[place] ?? { state: null, href: ORIGIN }
  const resolved = (url?: string | URL | null) => new URL(url ?? '', shown().href).href
  const history = {
    pushState(state: unknown, _unused: string, url?: string | URL | null) {
      const href = resolved(url)
      entries.splice(++place, Infinity, { state, href })
    },
    replaceState(state: unknown, _unused: string, url?: string | URL | null) {
      entries[place] = { state, href: resolved(url) }
    },
  }
  const location = {
    get href() {
      return shown().href
    },
    get pathname() {
      return new URL(shown().href).pathname
    },
  }
  keepNewestAddress({ history, location } as unknown as Window)
  return {
    write: (url: string) => history.replaceState(null, '', url),
    step: (url: string) => history.pushState(null, '', url),
    /** What Next does when it has finished a drawing. */
    draws: (url: string, state = 'tree') =>
      history.replaceState({ __NA: true, state }, '', ORIGIN + url),
    navigates: (url: string) => history.pushState({ __NA: true }, '', ORIGIN + url),
    goBack: () => void (place -= 1),
    addresses: () => entries.map(({ href }) => href.slice(ORIGIN.length)),
    state: () => shown().state,
  }
}

describe('the address', () => {
  let browser: ReturnType<typeof openBrowser>
  beforeEach(() => {
    browser = openBrowser('/rows')
  })

  it('stays at the newest change when Next draws an older one late, and takes its state', () => {
    browser.write('/rows?a=1')
    browser.write('/rows?a=2')
    browser.draws('/rows?a=1', 'late')
    browser.draws('/rows')
    expect(browser.addresses()).toEqual(['/rows?a=2'])
    browser.draws('/rows?a=1', 'late')
    expect(browser.state()).toEqual({ __NA: true, state: 'late' })
    browser.draws('/rows?a=2')
    expect(browser.addresses()).toEqual(['/rows?a=2'])
  })
  it('keeps each step of the history', () => {
    browser.step('/rows?a=1')
    browser.draws('/rows')
    browser.step('/rows?a=2')
    browser.draws('/rows?a=1')
    expect(browser.addresses()).toEqual(['/rows', '/rows?a=1', '/rows?a=2'])
  })
  it('stays where a change was taken back before Next had drawn it', () => {
    browser.write('/rows?a=1')
    browser.write('/rows?a=2')
    browser.write('/rows?a=1')
    browser.draws('/rows?a=1')
    browser.draws('/rows?a=2')
    expect(browser.addresses()).toEqual(['/rows?a=1'])
  })
  it('stays where the user went back to', () => {
    browser.step('/rows?a=1')
    browser.draws('/rows?a=1')
    browser.goBack()
    // Next draws what it went back to before anyone else is told of it.
    browser.draws('/rows')
    browser.draws('/rows?a=1')
    expect(browser.addresses()).toEqual(['/rows', '/rows?a=1'])
  })
  it('follows a navigation, also one to an address that was left', () => {
    browser.write('/rows?a=1')
    browser.navigates('/rows')
    browser.draws('/rows')
    expect(browser.addresses()).toEqual(['/rows?a=1', '/rows'])
    browser.draws('/rows?moved=1')
    expect(browser.addresses()).toEqual(['/rows?a=1', '/rows?moved=1'])
  })
})
