import { type AgentExportQuery, agentExportPath } from '@drover/api';
import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type AgentFilterText, agentFilterOf } from '../data/agent-filter.ts';
import { useConsole } from '../data/console-context.tsx';
import { exportColumnsOf } from './export-columns.ts';

interface ExportMenuProps {
  readonly filter: AgentFilterText;
  readonly sort: string | undefined;
  /** Ids of the columns that the table shows. */
  readonly columns: readonly string[];
}

/** The list as it is narrowed and sorted, all of it, as a file. */
export function ExportMenu({ filter, sort, columns }: ExportMenuProps) {
  const { rootPath } = useConsole();
  const base = rootPath.replace(/\/$/, '');
  const file = (query: AgentExportQuery) =>
    `${base}${agentExportPath({ ...agentFilterOf(filter), sort: sort ?? 'name', ...query })}`;
  const shown = [...exportColumnsOf(columns)];
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <Button leftSection={<IconDownload size={15} aria-hidden />}>Export</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={file({ format: 'csv', columns: shown })} download>
          CSV, shown columns
        </Menu.Item>
        <Menu.Item component="a" href={file({ format: 'csv' })} download>
          CSV, all columns
        </Menu.Item>
        <Menu.Item component="a" href={file({ format: 'json' })} download>
          JSON
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
