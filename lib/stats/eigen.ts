// More sweeps than any symmetric matrix was seen to need for one eigenvalue.
const MOST_SWEEPS = 50

/** Reduces a symmetric n x n matrix to three diagonals by reflections (Householder); the matrix is overwritten. */
async function tridiagonal(a: Float64Array, n: number, pause: () => Promise<void>) {
  const at = (i: number, j: number) => a[i * n + j] as number
  const diagonal = new Float64Array(n)
  const beside = new Float64Array(n)
  for (let i = n - 1; i > 0; i -= 1) {
    await pause()
    const row = a.subarray(i * n, i * n + i)
    const scale = row.reduce((sum, value) => sum + Math.abs(value), 0)
    if (i === 1 || scale === 0) {
      beside[i] = at(i, i - 1)
      continue
    }
    let h = 0
    for (let k = 0; k < i; k += 1) {
      row[k] = (row[k] as number) / scale
      h += (row[k] as number) ** 2
    }
    const last = row[i - 1] as number
    const g = last >= 0 ? -Math.sqrt(h) : Math.sqrt(h)
    beside[i] = scale * g
    h -= last * g
    row[i - 1] = last - g
    let f = 0
    for (let j = 0; j < i; j += 1) {
      let sum = 0
      for (let k = 0; k <= j; k += 1) sum += at(j, k) * (row[k] as number)
      for (let k = j + 1; k < i; k += 1) sum += at(k, j) * (row[k] as number)
      beside[j] = sum / h
      f += (beside[j] as number) * (row[j] as number)
    }
    const half = f / (h + h)
    for (let j = 0; j < i; j += 1) {
      const rowJ = row[j] as number
      const e = (beside[j] as number) - half * rowJ
      beside[j] = e
      for (let k = 0; k <= j; k += 1) {
        a[j * n + k] = at(j, k) - (rowJ * (beside[k] as number) + e * (row[k] as number))
      }
    }
  }
  for (let i = 0; i < n; i += 1) diagonal[i] = at(i, i)
  return { diagonal, beside: beside.subarray(1) }
}

/** Makes a tridiagonal matrix diagonal by implicit QL steps; `d` becomes the eigenvalues. */
function solveTridiagonal(d: Float64Array, given: Float64Array): void {
  const n = d.length
  const e = new Float64Array(n)
  e.set(given)
  for (let l = 0; l < n; l += 1) {
    for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
      let m = l
      while (m < n - 1) {
        const size = Math.abs(d[m] as number) + Math.abs(d[m + 1] as number)
        if (Math.abs(e[m] as number) <= Number.EPSILON * size) break
        m += 1
      }
      if (m === l) break
      const step = ((d[l + 1] as number) - (d[l] as number)) / (2 * (e[l] as number))
      const root = Math.hypot(step, 1)
      let g =
        (d[m] as number) - (d[l] as number) + (e[l] as number) / (step + (step < 0 ? -root : root))
      let s = 1
      let c = 1
      let p = 0
      let i = m - 1
      for (; i >= l; i -= 1) {
        const f = s * (e[i] as number)
        const b = c * (e[i] as number)
        const r = Math.hypot(f, g)
        e[i + 1] = r
        if (r === 0) {
          d[i + 1] = (d[i + 1] as number) - p
          e[m] = 0
          break
        }
        s = f / r
        c = g / r
        g = (d[i + 1] as number) - p
        const t = ((d[i] as number) - g) * s + 2 * c * b
        p = s * t
        d[i + 1] = g + p
        g = c * t - b
      }
      if (i >= l) continue
      d[l] = (d[l] as number) - p
      e[l] = g
      e[m] = 0
    }
  }
}

/** Returns the eigenvalues of a symmetric n x n matrix, ascending; `pause` is awaited once a row, of which large ones need many. */
export async function symmetricEigenvalues(
  matrix: Float64Array,
  n: number,
  pause: () => Promise<void>,
): Promise<Float64Array> {
  const { diagonal, beside } = await tridiagonal(Float64Array.from(matrix), n, pause)
  solveTridiagonal(diagonal, beside)
  return diagonal.sort()
}
