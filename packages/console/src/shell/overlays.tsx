import { KeysHelp } from './keys-help.tsx';
import { PaletteHost } from './palette-host.tsx';
import type { ShellOverlay } from './shell-overlay.ts';

/** What lies over the page when it is asked for. */
export function Overlays(props: {
  readonly overlay: ShellOverlay;
  readonly onOpen: (overlay: ShellOverlay) => void;
}) {
  const { overlay, onOpen } = props;
  return (
    <>
      <KeysHelp isOpen={overlay === 'keys'} onClose={() => onOpen('none')} />
      <PaletteHost isOpen={overlay === 'palette'} onOpen={onOpen} />
    </>
  );
}
