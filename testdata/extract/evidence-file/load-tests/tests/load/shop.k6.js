import http from 'k6/http';
export const options = { vus: 10 };
