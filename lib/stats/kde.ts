import type { Numbers, NoValue } from './no-value'
import { noValue } from './no-value'
import { sampleStd } from './summary'

/** A density estimate on a grid. */
export interface Density {
  ok: true
  density: Float64Array
  bandwidth: number
}

// Bins of a 32nd of the bandwidth keep the error of linear binning near 1e-4 of the maximum.
const BINS_PER_BANDWIDTH = 32
// exp(-8.5 ** 2 / 2) = 2e-16: kernels further away add nothing that a double could hold.
const REACH = 8.5
// 4 million bins are 32 MB; a grid that needs more is so coarse beside the bandwidth that the direct sum is used.
const MAX_BINS = 4_000_000

/** Returns n evenly spaced numbers, both ends included: start + (stop - start) * j / (n - 1). */
export function linspace(start: number, stop: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, j) => start + ((stop - start) * j) / (n - 1))
}

/** Returns Scott's bandwidth s * n^(-1/5), s the sample standard deviation. */
export function scottBandwidth(values: Numbers): number {
  return sampleStd(values) * values.length ** -0.2
}

/** Returns the direct kernel sum at each grid point: 1 / (n h sqrt(2 pi)) * sum exp(-((p - p_i) / h)^2 / 2). */
export function kdeDirect(values: Numbers, grid: Float64Array, bandwidth: number): Float64Array {
  const scale = 1 / (values.length * bandwidth * Math.sqrt(2 * Math.PI))
  return grid.map((point) => {
    let sum = 0
    for (let i = 0; i < values.length; i += 1) {
      const z = (point - (values[i] as number)) / bandwidth
      sum += Math.exp(-0.5 * z * z)
    }
    return sum * scale
  })
}

/**
 * Returns the kernel sum from values spread linearly over fine bins: within 1e-3 of the curve's maximum of the direct
 * sum. Null when the grid would need too many bins.
 */
export function kdeBinned(
  values: Numbers,
  grid: Float64Array,
  bandwidth: number,
): Float64Array | null {
  const margin = (REACH + 1) * bandwidth
  let low = Infinity
  let high = -Infinity
  for (const point of grid) {
    low = Math.min(low, point)
    high = Math.max(high, point)
  }
  low -= margin
  high += margin
  const width = bandwidth / BINS_PER_BANDWIDTH
  const bins = Math.ceil((high - low) / width) + 2
  if (!(bins <= MAX_BINS)) return null
  const weights = new Float64Array(bins)
  for (let i = 0; i < values.length; i += 1) {
    const position = ((values[i] as number) - low) / width
    if (!(position >= 0 && position < bins - 1)) continue
    const bin = Math.floor(position)
    const share = position - bin
    weights[bin] = (weights[bin] as number) + 1 - share
    weights[bin + 1] = (weights[bin + 1] as number) + share
  }
  const scale = 1 / (values.length * bandwidth * Math.sqrt(2 * Math.PI))
  return grid.map((point) => {
    const first = Math.max(0, Math.ceil((point - REACH * bandwidth - low) / width))
    const last = Math.min(bins - 1, Math.floor((point + REACH * bandwidth - low) / width))
    let sum = 0
    for (let b = first; b <= last; b += 1) {
      const weight = weights[b] as number
      if (weight === 0) continue
      const z = (point - (low + b * width)) / bandwidth
      sum += weight * Math.exp(-0.5 * z * z)
    }
    return sum * scale
  })
}

/**
 * Returns a Gaussian density on the grid with `factor` times Scott's bandwidth, without boundary correction (mass leaks
 * past the ends, as in the paper's figures). The direct sum equals scipy.stats.gaussian_kde; without `direct` values are
 * binned first where the bins fit. No value for fewer than two values (`n_too_small`) or equal ones (`constant`).
 */
export function gaussianKde(
  values: Numbers,
  grid: Float64Array,
  { factor, direct }: { factor: number; direct: boolean },
): Density | NoValue {
  if (values.length < 2) return noValue('n_too_small')
  const bandwidth = scottBandwidth(values) * factor
  if (!(bandwidth > 0)) return noValue('constant')
  const binned = direct ? null : kdeBinned(values, grid, bandwidth)
  return { ok: true, density: binned ?? kdeDirect(values, grid, bandwidth), bandwidth }
}
