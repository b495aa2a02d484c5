import { checkerPool } from '@/lib/services/sandbox/pool'

// A constraint of AutoIF has 8 functions and some ten cases; a row that is measured has one response for each function.
const CASES = 10
const SECONDS = 4

const SOURCE = `import re
def evaluate(response):
    words = re.findall(r"\\w+", response)
    return len(words) > 5 and response.endswith(".")
`
const RESPONSE = `${'This is a response that has quite some words. '.repeat(20)}End.`

/** Runs of a checking function in a second, in processes that have started: with ten cases each, and with one. */
export async function benchCheckers() {
  const pool = checkerPool()
  const { signal } = new AbortController()
  const perSecond = async (cases: number) => {
    const given = Array.from({ length: cases }, () => [RESPONSE, true] as [string, boolean])
    const functions = Array.from({ length: 2 * pool.width }, () => SOURCE)
    await pool.runChecks(functions, given, signal)
    const start = performance.now()
    let runs = 0
    while (performance.now() - start < SECONDS * 1_000) {
      const lines = await pool.runChecks(functions, given, signal)
      if (lines.flat().some((one) => one !== 'pass')) throw new Error('a checker failed')
      runs += functions.length * cases
    }
    return (1_000 * runs) / (performance.now() - start)
  }
  const figures = { cases: CASES, many: await perSecond(CASES), one: await perSecond(1) }
  pool.close()
  return figures
}
