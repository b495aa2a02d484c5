import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf'
import normalCdf from '@stdlib/stats-base-dists-normal-cdf'

/** Returns 2 Phi(-|z|), the two-sided p value of a standard normal statistic; exact far into the tail. */
export function normalTwoSided(z: number): number {
  return 2 * normalCdf(-Math.abs(z), 0, 1)
}

/**
 * Returns the upper tail of the chi-square distribution for a whole number of degrees of freedom, from its closed form
 * (a finite Poisson sum, plus a normal tail for odd df). 1 - cdf would lose every p below 1e-16.
 */
export function chiSquareUpperTail(chi2: number, df: number): number {
  if (chi2 <= 0) return 1
  const half = chi2 / 2
  const odd = df % 2 === 1
  let tail = odd ? normalTwoSided(Math.sqrt(chi2)) : 0
  // Terms half^a e^-half / Gamma(a + 1) for a = 0, 1, .. or 1/2, 3/2, ..
  let term = odd ? (Math.exp(-half) * 2 * Math.sqrt(half)) / Math.sqrt(Math.PI) : Math.exp(-half)
  for (let a = odd ? 0.5 : 0; a < df / 2 - 0.25; a += 1) {
    tail += term
    term *= half / (a + 1)
  }
  return Math.min(1, tail)
}

/** Returns the exact two-sided binomial p value of k successes in n trials under probability 1/2. */
export function binomialTwoSided(k: number, n: number): number {
  return Math.min(1, 2 * binomialCdf(Math.min(k, n - k), n, 0.5))
}

/**
 * Returns Q(l) = 2 sum (-1)^(k-1) exp(-2 k^2 l^2), the limit distribution's upper tail of the Kolmogorov statistic
 * (scipy.special.kolmogorov). Small l uses the equivalent theta series, where the alternating one converges slowly.
 */
export function kolmogorovUpperTail(l: number): number {
  if (l <= 0) return 1
  let sum = 0
  // Both series need at most five terms on their side of 1.18.
  if (l < 1.18) {
    const factor = Math.exp(-(Math.PI ** 2) / (8 * l * l))
    for (let k = 1; k <= 9; k += 2) sum += factor ** (k * k)
    return Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / l) * sum)
  }
  for (let k = 1; k <= 6; k += 1) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * l * l)
  return Math.min(1, 2 * sum)
}
