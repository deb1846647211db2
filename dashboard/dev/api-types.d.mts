export const schemaFile: string;
export function generate(): Promise<string>;
