/** What the App Router writes into the state of every entry of its own. */
const isOfRouter = (state: unknown): boolean =>
  typeof state === 'object' && state !== null && '__NA' in state

/**
 * Keeps the address at the newest one that a page wrote. When Next has finished a drawing it writes that drawing's address,
 * which on a slow machine is the one from before the last change: the change would be lost, or the next one be made upon
 * the older address. Such a write keeps its state and gets the newest address. An address that the page has not left is
 * a navigation, and so is all that Next pushes. To be called when Next has put its own functions into `history`.
 */
export function keepNewestAddress({
  history,
  location,
}: Pick<Window, 'history' | 'location'>): void {
  const push = history.pushState.bind(history)
  const replace = history.replaceState.bind(history)
  const left = new Set<string>()
  let newest = location.href
  const arrive = (isNavigation: boolean) => {
    if (isNavigation || new URL(newest).pathname !== location.pathname) left.clear()
    else left.add(newest)
    newest = location.href
    left.delete(newest)
  }
  // Back and forward move the address, and Next may write before any listener of this file would be told.
  const catchUp = () => {
    if (location.href !== newest) arrive(false)
  }
  history.pushState = (state, unused, url) => {
    catchUp()
    push(state, unused, url)
    arrive(isOfRouter(state))
  }
  history.replaceState = (state, unused, url) => {
    catchUp()
    const target = new URL(url ?? '', location.href).href
    const isLate = isOfRouter(state) && left.has(target)
    replace(state, unused, isLate ? newest : url)
    if (target !== newest && !isLate) arrive(isOfRouter(state))
  }
}
