export const needed: string;
export function isFit(version: string): boolean;
export function findNode(env: Record<string, string | undefined>): string | undefined;
