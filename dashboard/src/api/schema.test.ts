import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generate, schemaFile } from '../../dev/api-types.mjs';

test('schema.ts is what the OpenAPI snapshot says: `npm run api:types` brings it up to date', async () => {
  expect(readFileSync(schemaFile, 'utf8')).toBe(await generate());
});
