export const runbook = 1;
