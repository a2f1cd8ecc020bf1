import { Menu } from '@mantine/core';
import type { ReactNode } from 'react';

interface MenuChoiceProps {
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  /** False where one looks at what was chosen before one goes. */
  readonly closesMenu?: boolean;
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly children: ReactNode;
}

/** One of several that exclude each other, in a menu: told as such, with which of them is chosen. */
export function MenuChoice({ isChosen, onChoose, closesMenu, before, after, children }: MenuChoiceProps) {
  return (
    <Menu.Item
      {...(closesMenu === undefined ? {} : { closeMenuOnClick: closesMenu })}
      leftSection={before}
      rightSection={after}
      onClick={onChoose}
      // The role that Mantine gives an item stands above one that is passed to it.
      renderRoot={(props) => <button {...props} role="menuitemradio" aria-checked={isChosen} />}
    >
      {children}
    </Menu.Item>
  );
}
