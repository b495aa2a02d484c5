import type { Numbers, NoValue } from './no-value'
import { noValue } from './no-value'
import { mean, sampleStd } from './summary'

/** A density estimate on a grid. */
export interface Density {
  ok: true
  density: Float64Array
  bandwidth: number
}

// Values are gathered in cells of a quarter of a bandwidth, so none is further than an eighth from the middle of its cell.
const CELLS_PER_BANDWIDTH = 4
// Terms of the series of a kernel around the middle of a cell: the first one left out is below 0.125^11 / sqrt(11!) = 2e-14.
const TERMS = 11
// exp(-8.75 ** 2 / 2) = 2e-17: cells further away add nothing that a double could hold.
const REACH = 8.75

// A share of the values themselves: what is below is rounding, not spread.
const ROUNDING = 1e-14

/** Returns n evenly spaced numbers, both ends included: start + (stop - start) * j / (n - 1). */
export function linspace(start: number, stop: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, j) => start + ((stop - start) * j) / (n - 1))
}

/** Returns Scott's bandwidth s * n^(-1/5), s the sample standard deviation. */
export function scottBandwidth(values: Numbers): number {
  return sampleStd(values) * values.length ** -0.2
}

/** The values as the moments of their cells: for cell c, `sum((x - middle) / h) ** k / k!` at c * TERMS + k. */
function momentsOf(values: Numbers, grid: Float64Array, bandwidth: number) {
  let low = Infinity
  let high = -Infinity
  for (const point of grid) {
    low = Math.min(low, point)
    high = Math.max(high, point)
  }
  let first = Infinity
  let last = -Infinity
  for (let i = 0; i < values.length; i += 1) {
    first = Math.min(first, values[i] as number)
    last = Math.max(last, values[i] as number)
  }
  const margin = (REACH + 1) * bandwidth
  first = Math.max(first, low - margin)
  last = Math.min(last, high + margin)
  const width = bandwidth / CELLS_PER_BANDWIDTH
  const cells = last >= first ? Math.floor((last - first) / width) + 1 : 0
  const moments = new Float64Array(cells * TERMS)
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number
    if (!(value >= first && value <= last)) continue
    const cell = Math.min(Math.floor((value - first) / width), cells - 1)
    const z = (value - (first + (cell + 0.5) * width)) / bandwidth
    let power = 1
    for (let k = 0; k < TERMS; k += 1) {
      moments[cell * TERMS + k] = (moments[cell * TERMS + k] as number) + power
      power *= z / (k + 1)
    }
  }
  return { moments, cells, first, width }
}

/**
 * Returns the kernel sum at each grid point, 1 / (n h sqrt(2 pi)) * sum exp(-((p - p_i) / h)^2 / 2), within 1e-12 of the
 * curve's maximum. The values of a cell enter by the Hermite series around its middle (the fast Gauss transform), so the
 * time grows with values plus grid points, not with their product.
 */
export function kernelSum(values: Numbers, grid: Float64Array, bandwidth: number): Float64Array {
  const { moments, cells, first, width } = momentsOf(values, grid, bandwidth)
  const scale = 1 / (values.length * bandwidth * Math.sqrt(2 * Math.PI))
  const reach = REACH * bandwidth
  return grid.map((point) => {
    const from = Math.max(0, Math.floor((point - reach - first) / width))
    const to = Math.min(cells - 1, Math.floor((point + reach - first) / width))
    let sum = 0
    for (let cell = from; cell <= to; cell += 1) {
      if (moments[cell * TERMS] === 0) continue
      const u = (point - (first + (cell + 0.5) * width)) / bandwidth
      let before = 0
      let hermite = 1
      let series = 0
      for (let k = 0; k < TERMS; k += 1) {
        series += hermite * (moments[cell * TERMS + k] as number)
        const next = u * hermite - k * before
        before = hermite
        hermite = next
      }
      sum += Math.exp(-0.5 * u * u) * series
    }
    // The series of a far cell may end a hair below 0.
    return Math.max(0, sum) * scale
  })
}

/**
 * Returns a Gaussian density on the grid with `factor` times Scott's bandwidth, without boundary correction (mass leaks
 * past the ends, as in the paper's figures): scipy.stats.gaussian_kde at any number of values. No value for fewer than
 * two values (`n_too_small`) or equal ones (`constant`).
 */
export function gaussianKde(
  values: Numbers,
  grid: Float64Array,
  factor: number,
): Density | NoValue {
  if (values.length < 2) return noValue('n_too_small')
  const bandwidth = scottBandwidth(values) * factor
  // The mean of equal values may be off by a rounding, and their deviation by as much.
  if (!(bandwidth > ROUNDING * Math.abs(mean(values)))) return noValue('constant')
  return { ok: true, density: kernelSum(values, grid, bandwidth), bandwidth }
}
