const LATEX: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '$<$',
  '>': '$>$',
  '\u2212': '$-$',
  '–': '--',
}

/** Returns a text for LaTeX in one line; no character of it is a command. */
export function latexText(text: string): string {
  return text
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/[\\{}$&#%_~^<>\u2212–]/gu, (sign) => LATEX[sign] ?? `\\${sign}`)
}
