import { Kbd } from '@mantine/core'
import type { ShortcutKey } from '@/components/ui/shortcuts'
import classes from './frame.module.css'

const KEY_NAMES: Record<string, string> = {
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
}

function groupByName(keys: readonly ShortcutKey[]): Map<string, ShortcutKey[]> {
  const groups = new Map<string, ShortcutKey[]>()
  for (const key of keys) groups.set(key.group, [...(groups.get(key.group) ?? []), key])
  return groups
}

/** Keys under the names of their groups. */
export function KeyGroups({ keys }: { keys: readonly ShortcutKey[] }) {
  return (
    <div className={classes.keys}>
      {[...groupByName(keys)].map(([group, ofGroup]) => (
        <section key={group}>
          <h3 className={classes.keyGroup}>{group}</h3>
          {ofGroup.map(({ keys: pressed, description }) => (
            <div className={classes.keyRow} key={pressed}>
              <span>{description}</span>
              <span>
                {pressed.split(' ').map((key) => (
                  <Kbd key={key} size="xs" ml={4}>
                    {KEY_NAMES[key] ?? key}
                  </Kbd>
                ))}
              </span>
            </div>
          ))}
        </section>
      ))}
    </div>
  )
}
