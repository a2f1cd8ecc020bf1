import { Button, Modal } from '@mantine/core';
import { CopyBlock } from '../components/copy-block.tsx';
import layout from '../components/layout.module.css';
import { useConsole } from '../data/console-context.tsx';

/** The way out: everything as plain files that run without Drover, by the command line. */
export function ExportDialog(props: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { rootPath } = useConsole();
  const url = `${window.location.origin}${rootPath.replace(/\/$/, '')}`;
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title="Export everything"
      closeButtonProps={{ 'aria-label': 'Close' }}
      size="lg"
    >
      <div className={layout.form}>
        <p>
          The command line exports all configurations, which agents they are intended for, and the effective
          configuration of every agent, as plain files that work without Drover. Secret values are not
          included.
        </p>
        <CopyBlock label="export" text={`drover login --url ${url}\ndrover export ./drover-export`} />
        <p>
          <code>drover plan</code> compares such a folder with this server, and <code>drover apply</code>{' '}
          applies it:
        </p>
        <CopyBlock label="plan" text="drover plan -f ./drover-export" />
        <div className={layout.formActions}>
          <Button variant="filled" onClick={props.onClose}>
            Close
          </Button>
        </div>
      </div>
    </Modal>
  );
}
