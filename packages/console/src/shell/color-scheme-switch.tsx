import { useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { MenuChoice } from '../components/menu-choice.tsx';

const SCHEMES = [
  { value: 'light', word: 'Light', icon: IconSun },
  { value: 'dark', word: 'Dark', icon: IconMoon },
  { value: 'auto', word: 'System', icon: IconDeviceDesktop },
] as const;

export function ColorSchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      {SCHEMES.map(({ value, word, icon: Icon }) => (
        <MenuChoice
          key={value}
          isChosen={colorScheme === value}
          closesMenu={false}
          before={<Icon size={16} stroke={1.75} />}
          after={colorScheme === value ? <IconCheck size={15} /> : null}
          onChoose={() => setColorScheme(value)}
        >
          {word}
        </MenuChoice>
      ))}
    </>
  );
}
