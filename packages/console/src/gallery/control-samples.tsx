import { Button, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { CheckField } from '../components/check-field.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { CopyBlock } from '../components/copy-block.tsx';
import { CountFilter } from '../components/count-filter.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { SearchLine } from '../components/search-line.tsx';
import { Select } from '../components/select.tsx';
import { healthWords } from '../components/tone.ts';
import { ToolButton } from '../components/tool-button.tsx';
import { Row, Sample } from './sample.tsx';

const HEALTH = ['healthy', 'unhealthy', 'unknown'] as const;

/** What can be pressed and filled in. */
export function ControlSamples() {
  const [isOpen, setOpen] = useState(false);
  const [isChecked, setChecked] = useState(true);
  const [chosen, setChosen] = useState<readonly (typeof HEALTH)[number][]>(['unhealthy']);
  const [state, setState] = useState('running');
  const [isPressed, setPressed] = useState(true);
  return (
    <>
      <Sample name="Button">
        <Row>
          <Button variant="filled">Roll out to 41 agents</Button>
          <Button>Preview</Button>
          <Button variant="subtle">Show older</Button>
          <Button leftSection={<IconRefresh size={15} />}>Try again</Button>
          <LinkButton to="/agents">A link</LinkButton>
        </Row>
        <Row>
          <Button variant="filled" color="broken">
            Forget 3 agents
          </Button>
          <Button color="broken">Revoke</Button>
          <Button disabled>Not now</Button>
          <Button loading>Saving</Button>
          <Button onClick={() => setOpen(true)}>Ask first</Button>
        </Row>
        <ConfirmDialog
          isOpen={isOpen}
          title="Forget 3 agents?"
          confirmLabel="Forget 3 agents"
          isDangerous
          isBusy={false}
          error={new Error('the server is busy')}
          onConfirm={() => setOpen(false)}
          onClose={() => setOpen(false)}
        >
          Their labels and history are removed. They are listed as new agents when they reconnect.
        </ConfirmDialog>
      </Sample>
      <Sample name="Tool">
        <Row>
          <ToolButton aria-pressed={isPressed} onClick={() => setPressed(!isPressed)}>
            Graph
          </ToolButton>
          <ToolButton aria-expanded={false}>Compare</ToolButton>
          <ToolButton>Format</ToolButton>
          <ToolButton loading>Check</ToolButton>
        </Row>
      </Sample>
      <Sample name="Counted filter">
        <CountFilter
          label="Health"
          items={HEALTH.map((value, at) => ({ value, state: healthWords[value], count: [1204, 17, 0][at] }))}
          chosen={chosen}
          onChange={setChosen}
        />
      </Sample>
      <Sample name="Search line">
        <SearchLine
          label="Search, empty"
          placeholder="Text, or a selector"
          value=""
          onChange={() => undefined}
        />
        <SearchLine
          label="Search with a fault"
          placeholder=""
          value="os.type==linux"
          onChange={() => undefined}
          mode={() => 'Selector'}
          fault={{ detail: 'expected a value', column: 9 }}
        />
      </Sample>
      <Sample name="Field">
        <TextInput label="Name" description="Letters, digits and dashes" placeholder="edge" />
        <TextInput label="Waves" defaultValue="2, some" error="A number of agents or a percentage" />
        <Row>
          <Select
            label="State"
            value={state}
            options={[
              { value: 'running', word: 'Running' },
              { value: 'ended', word: 'Ended' },
            ]}
            onChange={setState}
          />
          <CheckField isChecked={isChecked} onChange={setChecked}>
            Wait for approval after each wave
          </CheckField>
        </Row>
      </Sample>
      <Sample name="Text to copy">
        <CopyBlock label="command" text="npx drover-supervisor --config supervisor.yaml" />
      </Sample>
    </>
  );
}
