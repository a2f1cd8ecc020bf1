import { z } from 'zod';
import { SettingsSchema } from './settings-schema.ts';
import { leafMeta, variableName } from './settings-units.ts';

/** One setting as the reference page shows it. */
export interface SettingRow {
  readonly key: string;
  readonly variable: string;
  readonly defaultText: string;
  readonly about: string;
  readonly isSecret: boolean;
  /** The sections it stands in, outermost first: `opamp`, `opamp.tls`. */
  readonly sections: readonly string[];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const inner = (schema as z.core.$ZodType & { _zod: { def: { innerType?: z.core.$ZodType } } })._zod.def
    .innerType;
  return inner === undefined ? schema : unwrapped(inner);
}

function rowsOf(schema: z.core.$ZodType, path: readonly string[], sections: readonly string[]): SettingRow[] {
  const meta = leafMeta(schema);
  if (meta) {
    const key = path.join('.');
    const def = schema._zod.def as { type: string; defaultValue?: unknown };
    const fallback = def.type === 'prefault' ? String(def.defaultValue) : '';
    const defaultText = meta.defaultText ?? (fallback === '' ? 'empty' : `\`${fallback}\``);
    return [
      {
        key,
        variable: variableName(key),
        defaultText,
        about: meta.about,
        isSecret: meta.isSecret ?? false,
        sections,
      },
    ];
  }
  const object = unwrapped(schema);
  if (!(object instanceof z.ZodObject))
    throw new Error(`setting ${path.join('.')} is neither leaf nor section`);
  const here = path.length === 0 ? sections : [...sections, path.join('.')];
  return Object.entries(object.shape).flatMap(([key, value]) =>
    rowsOf(value as z.core.$ZodType, [...path, key], here),
  );
}

/** Every setting, in the order of the schema. */
export function settingRows(): readonly SettingRow[] {
  return rowsOf(SettingsSchema, [], []);
}
