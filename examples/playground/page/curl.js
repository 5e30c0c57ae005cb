'use strict';

/* A recorded request as a command for a terminal. What is secret is left out: `curl` is pasted into reports. */

/* What curl says by itself, and what it should not say. */
const LEFT_OUT = /^(host|connection|content-length|accept-encoding|user-agent|accept-language|cookie|authorization|sec-(?!fetch-site).*|pragma|cache-control|referer|dnt|priority)$/;

function curl(origin, { method, path, request }, body) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ['curl -i', ...(method === 'GET' ? [] : [`-X ${method}`]), quoted(`${origin}${path}`)];
  for (const [name, value] of request.filter(([name]) => !LEFT_OUT.test(name))) {
    parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  for (const secret of ['cookie', 'authorization']) {
    if (request.some(([name]) => name === secret)) {
      parts.push(`-H '${secret}: …'`);
    }
  }
  if (body) {
    parts.push(`--data-raw ${quoted(body)}`);
  }
  return parts.join(' \\\n  ');
}
