import { Modal, useMantineColorScheme } from '@mantine/core';
import { Palette } from './palette.tsx';
import type { PaletteAct } from './palette-entries.ts';
import type { ShellOverlay } from './shell-overlay.ts';
import { useLogout } from './use-logout.ts';

export function PaletteHost(props: {
  readonly isOpen: boolean;
  readonly onOpen: (overlay: ShellOverlay) => void;
}) {
  const { setColorScheme } = useMantineColorScheme();
  const logout = useLogout();
  const close = () => props.onOpen('none');
  const act = (name: PaletteAct) => {
    switch (name) {
      case 'keys':
        props.onOpen('keys');
        return;
      case 'logout':
        logout();
        return;
      default:
        setColorScheme(name);
        close();
    }
  };
  return (
    <Modal.Root
      opened={props.isOpen}
      onClose={close}
      // The shell gives it back where nothing else has it by then: what was chosen may lead to another page.
      returnFocus={false}
      centered={false}
      yOffset="12vh"
      padding={0}
      size={600}
      transitionProps={{ duration: 80 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label="Find">
        <Modal.Body p={0}>
          <Palette onClose={close} onAct={act} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
