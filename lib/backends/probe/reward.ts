import { REWARD_PAIRS, rewardVector } from '../session/fingerprint'
import type { ProbeVector } from '../types'
import type { ProbePort } from './port'
import { judge, type ProbeRun } from './run'

// One pair twice, alone and beside another: half precision moves a logit by some hundredths.
const SAME_REWARD = 0.05

/** Runs the step on rewards: of two replies whose order is known the better one must have more, and each the same twice. */
export async function rewardSteps(run: ProbeRun, port: ProbePort): Promise<ProbeVector | null> {
  const { session } = port
  const reward = session.reward?.bind(session)
  if (!reward) return null
  let vector: ProbeVector | null = null
  await run.step(
    'reward',
    async () => {
      const [good, bad] = (await reward(REWARD_PAIRS, run.signal)) as [number, number]
      const [again] = (await reward([REWARD_PAIRS[0]], run.signal)) as [number]
      const said = `an answer has ${good.toPrecision(4)}, a reply to something else ${bad.toPrecision(4)}`
      if (!(Math.abs(good - again) <= SAME_REWARD)) {
        return judge(false, `one pair has ${good.toPrecision(4)} and ${again.toPrecision(4)}`)
      }
      if (!(good > bad)) return judge(false, said, port.remedies.reward)
      vector = rewardVector([good, bad])
      return judge(true, said)
    },
    port.remedies.reward,
  )
  return vector
}
