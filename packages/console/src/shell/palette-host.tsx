import { Modal } from '@mantine/core';
import { Palette } from './palette.tsx';

export function PaletteHost(props: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Modal.Root
      opened={props.isOpen}
      onClose={props.onClose}
      centered={false}
      yOffset="12vh"
      padding={0}
      size={560}
      transitionProps={{ duration: 80 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label="Find">
        <Modal.Body p={0}>
          <Palette onClose={props.onClose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
