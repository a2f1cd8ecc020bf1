import { IconListTree } from '@tabler/icons-react';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { ToolButton } from '../components/tool-button.tsx';
import { useStoredFlag } from '../components/use-stored-flag.ts';

export interface OutlineSwitch {
  readonly isShown: boolean;
  readonly button: ReactNode;
  readonly fieldRef: RefObject<HTMLInputElement | null>;
  /** Shows it, and goes to its field. */
  readonly focus: () => void;
}

/** From this width there is room for it beside the text and the graph, so that it is there unasked. */
const ROOMY = '(min-width: 1360px)';

/** Whether the outline stands beside the text; this browser remembers it for every text. */
export function useOutlineSwitch(): OutlineSwitch {
  const [isShown, setShown] = useStoredFlag('drover:outline', window.matchMedia(ROOMY).matches);
  const [isWanted, setWanted] = useState(false);
  const fieldRef = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!isWanted || !isShown) return;
    fieldRef.current?.focus();
    setWanted(false);
  }, [isWanted, isShown]);
  return {
    isShown,
    fieldRef,
    focus: () => {
      setShown(true);
      setWanted(true);
    },
    button: (
      <ToolButton
        leftSection={<IconListTree size={16} aria-hidden />}
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
      >
        Outline
      </ToolButton>
    ),
  };
}
