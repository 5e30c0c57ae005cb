'use strict';

/* Draws what became of a request: page, browser, server, and what went between them. */

/* Headers that CORS has to do with; the others are folded away. */
const TELLING = /^(access-control-.*|origin|vary|allow|cookie|set-cookie|authorization|content-type|sec-fetch-site|x-.*)$/;

const PHRASES = {
  200: 'OK', 204: 'No Content', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found',
  405: 'Method Not Allowed', 415: 'Unsupported Media Type', 422: 'Unprocessable Content',
};

function element(name, attributes, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

/* `exchanges` are those that the server has recorded, in their order. */
function sequence({ attempt, api, seen, exchanges, verdict }) {
  const preflight = exchanges.find(isPreflight);
  const actual = exchanges.find((exchange) => !isPreflight(exchange));
  const steps = [
    arrow('page', 'browser', call(attempt, api)),
    ...(preflight ? sent(preflight, 'May this be sent?') : []),
    ...(verdict.preflight && !preflight && actual
      ? [note('The browser still has the answer to an earlier preflight, and does not ask again.')]
      : []),
    ...(actual ? sent(actual) : []),
    ...(seen.blocked ? [stop(seen, verdict, actual ?? preflight)] : []),
    received(seen),
  ];
  const drawn = element('article', { className: 'sequence' },
    element('h3', { className: seen.blocked ? 'blocked' : 'readable' }, headline(seen)),
    element('div', { className: 'lanes' },
      lane('Page', attempt.origin), lane('Browser', ''), lane('Server', api)),
    element('ol', {}, ...steps));
  Object.assign(drawn.dataset, {
    outcome: seen.blocked ? 'blocked' : 'readable',
    status: seen.status ?? '',
    step: (seen.blocked && verdict.step) || '',
    preflights: exchanges.filter(isPreflight).length,
  });
  return drawn;
}

function isPreflight({ method, request }) {
  return method === 'OPTIONS' && request.some(([name]) => name === 'access-control-request-method');
}

function headline({ blocked, status }) {
  return blocked ? 'Blocked: the page sees no more than an error' : `Readable: the page sees status ${status}`;
}

function lane(name, origin) {
  return element('div', {}, element('strong', {}, name), element('span', {}, origin));
}

function arrow(from, to, title, ...content) {
  const side = [from, to].includes('page') ? 'left' : 'right';
  const direction = from === 'page' || to === 'server' ? 'forth' : 'back';
  return element('li', { className: `arrow ${side} ${direction}` },
    element('p', { className: 'ways' }, `${name(from)} to ${name(to)}`),
    element('code', { className: 'title' }, title), ...content);
}

function name(party) {
  return party[0].toUpperCase() + party.slice(1);
}

function note(text) {
  return element('li', { className: 'note' }, text);
}

/* The call that the page's script makes. */
function call({ path, method, headers, credentials, body }, api) {
  const literal = JSON.stringify;
  const pairs = headers.map(([header, value]) => `${literal(header)}: ${literal(value)}`);
  const init = [
    ...(method === 'GET' ? [] : [`method: ${literal(method)}`]),
    ...(pairs.length ? [`headers: { ${pairs.join(', ')} }`] : []),
    ...(credentials ? ['credentials: "include"'] : []),
    ...(body ? [`body: ${literal(body)}`] : []),
  ];
  const url = literal(`${api}${path}`);
  return init.length ? `fetch(${url}, { ${init.join(', ')} })` : `fetch(${url})`;
}

/* A request to the server, and its answer. */
function sent({ method, path, request, status, response, body }, about) {
  const answer = arrow('server', 'browser', `${status} ${PHRASES[status] ?? ''}`, headers(response),
    ...(body ? [element('pre', {}, body)] : []));
  return [
    arrow('browser', 'server', `${method} ${path}`,
      ...(about ? [element('p', {}, about)] : []), headers(request)),
    answer,
  ];
}

function headers(lines) {
  const table = (some) => element('dl', {},
    ...some.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
  const telling = lines.filter(([name]) => TELLING.test(name));
  const others = lines.filter(([name]) => !TELLING.test(name));
  const parts = telling.length ? [table(telling)] : [];
  if (others.length) {
    const summary = element('summary', {}, others.length === 1 ? '1 other header' : `${others.length} other headers`);
    parts.push(element('details', {}, summary, table(others)));
  }
  return element('div', { className: 'headers' }, ...parts);
}

/* Where it stopped, and by which rule; and what the server says of it. */
function stop({ blocked }, { step, sentence }, answer) {
  const rule = step
    ? sentence.replace('blocked: ', '')
    : `the browser refused it (${blocked})`;
  return element('li', { className: 'stop' },
    element('p', {}, element('strong', {}, 'Stopped here'), `: ${rule}.`), ...refusal(answer));
}

/* The policy's own refusal, which is a 403; in a debug build it says why. */
function refusal(answer) {
  if (answer?.status !== 403) {
    return [];
  }
  const enforced = element('p', {}, 'The server has refused it by itself, before the handler ran (', element('code', {}, 'enforce'), ').');
  const reason = element('p', {}, 'It says: ', element('q', {}, answer.body.trim()));
  return [...(isPreflight(answer) ? [] : [enforced]), ...(answer.body ? [reason] : [])];
}

/* What the page's script gets. */
function received({ blocked, status, headers: lines, body }) {
  return blocked
    ? arrow('browser', 'page', blocked)
    : arrow('browser', 'page', `Response { status: ${status} }`,
      element('p', {}, 'What the script can read:'), headers(lines), ...(body ? [element('pre', {}, body)] : []));
}
