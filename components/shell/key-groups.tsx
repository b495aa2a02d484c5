import { Kbd } from '@mantine/core'
import { byGroup } from '@/components/ui/by-group'
import type { ShortcutKey } from '@/components/ui/shortcuts'
import classes from './frame.module.css'

const KEY_NAMES: Record<string, string> = {
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
}

/** Keys under the names of their groups. */
export function KeyGroups({ keys }: { keys: readonly ShortcutKey[] }) {
  return (
    <div className={classes.keys}>
      {byGroup(keys).map(([group, ofGroup]) => (
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
