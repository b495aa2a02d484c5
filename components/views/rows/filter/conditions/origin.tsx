import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import { Several } from './several'
import type { Editor } from './types'

export const OriginCondition: Editor<'origin'> = ({ detail, atom, onChange }) => {
  const rounds = [...new Set(detail.cells.map(({ round }) => round))].sort((a, b) => a - b)
  const named = ({ key, label }: { key: string; label: string }) => ({ value: key, label })
  return (
    <>
      <Several
        label="Any seed set"
        options={detail.seedSets.map(named)}
        value={atom.seedSets}
        onChange={(seedSets) => onChange({ ...atom, seedSets })}
      />
      <Several
        label="Any evolver"
        options={[{ value: SEEDS_KEY, label: SEEDS_LABEL }, ...detail.arms.map(named)]}
        value={atom.arms}
        onChange={(arms) => onChange({ ...atom, arms })}
      />
      <Several
        label="Any round"
        options={rounds.map((round) => ({ value: String(round), label: `Round ${round}` }))}
        value={atom.rounds.map(String)}
        onChange={(next) => onChange({ ...atom, rounds: next.map(Number) })}
      />
    </>
  )
}
