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
          The command line writes all configurations, who is to run them, and what every agent reports that it
          runs, as plain files that run without Drover. Values of secrets are not among them.
        </p>
        <CopyBlock label="export" text={`drover login --url ${url}\ndrover export ./drover-export`} />
        <p>
          The same folder is what <code>drover plan</code> compares with this server, and what{' '}
          <code>drover apply</code> brings it to:
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
