import type { ShortcutKey } from '@/components/ui/shortcuts'
import { GLOBAL_PAGES, STUDY_PAGES, type PageEntry } from './pages'

const everywhere = (keys: string, description: string) => ({
  keys,
  description,
  group: 'Everywhere',
})
const ofRow = (keys: string, description: string) => ({ keys, description, group: 'Row' })
const picked = (keys: string, description: string) => ({
  keys,
  description,
  group: 'Selected rows',
})
const ofRows = (keys: string, description: string) => ({ keys, description, group: 'Rows' })
const ofStudy = (keys: string, description: string) => ({ keys, description, group: 'Filter' })
const ofHead = (keys: string, description: string) => ({
  keys,
  description,
  group: 'Head of a column in focus',
})
const lineage = (keys: string, description: string) => ({ keys, description, group: 'Lineage' })
const compare = (keys: string, description: string) => ({ keys, description, group: 'Compare' })
const map = (keys: string, description: string) => ({ keys, description, group: 'Map' })

const blind = (keys: string, description: string) => ({ keys, description, group: 'Blind A/B' })

/** Every key but those that go to a page: what registers a key and what lists keys both read it here. */
export const KEYS = {
  sheet: everywhere('?', 'Keyboard shortcuts of this page'),
  search: ofRows('/', 'Search the texts'),
  filter: ofRows('f', 'Filter'),
  searchCalls: { keys: '/', description: 'Search the calls', group: 'HTTP interface' },
  undoFilter: ofStudy('Ctrl z', 'Undo the last change of the filter'),
  redoFilter: ofStudy('Ctrl Shift z', 'Redo it'),
  nextRow: ofRow('j', 'Next row'),
  nextRowArrow: ofRow('ArrowDown', 'Next row'),
  previousRow: ofRow('k', 'Previous row'),
  previousRowArrow: ofRow('ArrowUp', 'Previous row'),
  openRow: ofRow('Enter', 'Open the row'),
  pickRow: ofRow('x', 'Select or deselect the row'),
  parent: ofRow('[', 'Parent: previous round'),
  child: ofRow(']', 'Child: next round'),
  star: ofRow('s', 'Star'),
  keep: ofRow('v', 'Keep'),
  drop: ofRow('d', 'Exclude'),
  undoDecision: ofRow('u', 'Undo the last decision'),
  redoDecision: ofRow('U', 'Bring back the decision that was undone last'),
  closeRow: ofRow('Escape', 'Close the row'),
  starPicked: picked('s', 'Star the selected rows'),
  keepPicked: picked('v', 'Keep the selected rows'),
  dropPicked: picked('d', 'Exclude the selected rows'),
  tagPicked: picked('t', 'Tag the selected rows'),
  notePicked: picked('n', 'Note on the selected rows'),
  pickAll: picked('X', 'Select every row that the filter shows'),
  pickDown: picked('Shift+ArrowDown', 'Select down to the next row'),
  pickUp: picked('Shift+ArrowUp', 'Select up to the previous row'),
  leavePicked: picked('Escape', 'Deselect the rows'),
  columnLeft: ofHead('Shift+ArrowLeft', 'Move the column to the left'),
  columnRight: ofHead('Shift+ArrowRight', 'Move the column to the right'),
  columnPin: ofHead('p', 'Pin the column to the left, or unpin it'),
  columnWider: ofHead('+', 'Make the column wider'),
  columnNarrower: ofHead('-', 'Make the column narrower'),
  nextSeed: lineage('j', 'Next seed'),
  previousSeed: lineage('k', 'Previous seed'),
  earlierRound: lineage('[', 'Step of the round before'),
  laterRound: lineage(']', 'Step of the next round'),
  previousEvolver: lineage('h', 'Step of the evolver to the left'),
  nextEvolver: lineage('l', 'Step of the evolver to the right'),
  nextSeedArrow: lineage('ArrowDown', 'Next seed'),
  previousSeedArrow: lineage('ArrowUp', 'Previous seed'),
  nextStepArrow: lineage('ArrowRight', 'Step to the right'),
  previousStepArrow: lineage('ArrowLeft', 'Step to the left'),
  openStep: lineage('Enter', 'Open the step'),
  pinSeed: lineage('p', 'Pin or unpin the seed as a case study'),
  nextPair: compare('j', 'Next pair'),
  previousPair: compare('k', 'Previous pair'),
  roundBack: compare('[', 'Both sides one round back'),
  roundOn: compare(']', 'Both sides one round forward'),
  mapLeft: map('ArrowLeft', 'Move left'),
  mapRight: map('ArrowRight', 'Move right'),
  mapUp: map('ArrowUp', 'Move up'),
  mapDown: map('ArrowDown', 'Move down'),
  mapNearer: map('+', 'Zoom in'),
  mapFarther: map('-', 'Zoom out'),
  mapWhole: map('0', 'Show the whole map'),
  mapLasso: map('l', 'Select an area, or stop'),
  mapOpen: map('Enter', 'Open the row nearest to the middle'),
  leftBetter: blind('1', 'Left'),
  rightBetter: blind('2', 'Right'),
  bothEqual: blind('0', 'Tie'),
  undoVerdict: blind('u', 'Undo the last verdict'),
  skipPair: blind('s', 'Skip the pair'),
} as const satisfies Record<string, ShortcutKey>

/** Keys that the browser, the dialogs or the command palette answer themselves. */
export const ALWAYS_KEYS: readonly ShortcutKey[] = [
  everywhere('Ctrl k', 'Command palette: pages, studies, figures, metrics, actions'),
  everywhere('Escape', 'Close, or deselect'),
  everywhere('Tab', 'To the next control'),
]

/** Returns the key that goes to a page. */
export function goKey(page: PageEntry): ShortcutKey {
  const group = STUDY_PAGES.includes(page) ? 'Go, in a study' : 'Go'
  return { keys: `g ${page.key}`, description: `Go to ${page.label}`, group }
}

/** Every key of every page, for the help page. */
export const ALL_KEYS: readonly ShortcutKey[] = [
  ...ALWAYS_KEYS,
  ...[...GLOBAL_PAGES, ...STUDY_PAGES].map(goKey),
  ...Object.values(KEYS),
]
