import { reward } from '@/lib/backends/dialects/reward'
import { rewardServer } from '../../servers/reward'
import { named, refusal, type Subject } from '../subject'

const has = ['reward'] as const
const template = '<|request|>{request}<|reply|>{reply}<|end|>'

/** Servers of reward models: made up by their documentation, none was seen running. */
export const REWARD_SUBJECTS: readonly Subject[] = [
  {
    name: 'Reward, vLLM pooling',
    kind: reward,
    config: named(),
    has,
    serve: () => rewardServer(),
    refusals: [
      refusal(
        'a model that prefers the worse reply',
        () => rewardServer({ isReversed: true }),
        /a reply to something else/,
        'reward',
      ),
      refusal(
        'a classifier of two classes',
        () => rewardServer({ gives: 'two' }),
        /no reward model/,
        'reward',
      ),
      refusal(
        'a server without the routes',
        () => () => ({ status: 404, body: {} }),
        /./,
        'reward',
      ),
    ],
  },
  {
    name: 'Reward, vLLM pooling a number a token',
    kind: reward,
    config: named(),
    has,
    serve: () => rewardServer({ gives: 'tokens' }),
  },
  {
    name: 'Reward, vLLM classify',
    kind: reward,
    config: named(),
    has,
    serve: () => rewardServer({ route: 'classify' }),
  },
  {
    name: 'Reward, SGLang',
    byHand: true,
    kind: reward,
    config: named({ template }),
    has,
    serve: () => rewardServer({ route: 'sglang' }),
    refusals: [
      refusal(
        'a vector instead of a number',
        () => rewardServer({ route: 'sglang', gives: 'two' }),
        /no reward model/,
        'reward',
      ),
    ],
  },
  {
    name: 'Reward, llama-server rerank',
    byHand: true,
    kind: reward,
    config: named(),
    has,
    serve: () => rewardServer({ route: 'rerank' }),
  },
]
