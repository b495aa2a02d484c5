/** Keys by place; the sheet that `?` opens lists those of the page it is opened on. */
export const KEYS: readonly { place: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    place: 'Everywhere',
    keys: [
      ['Ctrl K', 'Command palette: pages, studies, figures, metrics, actions'],
      ['?', 'Keys of this page'],
      ['Esc', 'Close, or leave a selection'],
      ['g s', 'Studies'],
      ['g b', 'Backends'],
      ['g j', 'Jobs'],
      ['g h', 'Help'],
    ],
  },
  {
    place: 'In a study',
    keys: [
      ['g o', 'Overview'],
      ['g r', 'Rows'],
      ['g f', 'Figures'],
      ['g c', 'Compare'],
      ['g e', 'Export'],
    ],
  },
  {
    place: 'Rows',
    keys: [
      ['j, k, ↓, ↑', 'Next and previous row'],
      ['Enter', 'Open the row again'],
      ['x', 'Pick the row; s and d then mean all picked rows'],
      ['[, ]', 'Parent and child: previous and next round'],
      ['/', 'Search the texts'],
      ['f', 'Filter'],
      ['s', 'Star'],
      ['d', 'Drop'],
    ],
  },
]
