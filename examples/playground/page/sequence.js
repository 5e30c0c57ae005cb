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

/* A text with a button that copies it. */
function copyable(title, text) {
  const button = element('button', { type: 'button', className: 'copy' }, 'Copy');
  button.onclick = async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  };
  return element('div', { className: 'copyable' }, ...(title ? [element('p', {}, title)] : []), element('pre', {}, text), button);
}

/* `exchanges` are those that the server has recorded, in their order; `server` is its origin, `page` that of the
   page, which passes for one at `attempt.origin` where that is another. */
function sequence({ attempt, page, api, server, seen, exchanges, verdict, problems }) {
  const preflight = exchanges.find(isPreflight);
  const actual = exchanges.find((exchange) => !isPreflight(exchange));
  const stopped = verdict.step?.startsWith('Preflight') ? preflight : actual ?? preflight;
  const guilty = (exchange) => (seen.blocked && exchange === stopped ? verdict.guilty : undefined);
  const steps = [
    arrow('page', 'browser', call(attempt, server)),
    ...problems.map(note),
    ...(attempt.origin !== page && exchanges.length
      ? [note(`The proxy replaces ${page} with ${attempt.origin} on the way to the server, and back again on the way here.`)]
      : []),
    ...(preflight ? sent(preflight, guilty(preflight), 'May this be sent?') : []),
    ...(verdict.preflight && !preflight && actual
      ? [note('The browser has cached an earlier preflight, so it sends none.')]
      : []),
    ...(actual ? sent(actual, guilty(actual)) : []),
    ...(seen.blocked ? [stop({ attempt, api, page, seen, verdict, exchange: stopped })] : []),
    received(seen),
  ];
  const commands = exchanges.map((exchange) => curl(server, exchange, isPreflight(exchange) ? '' : attempt.body));
  const drawn = element('article', { className: 'sequence' },
    element('h3', { className: seen.blocked ? 'blocked' : 'readable' }, headline(seen)),
    element('div', { className: 'lanes' },
      lane('Page', attempt.origin), lane('Browser', ''), lane('Server', server)),
    element('ol', {}, ...steps),
    ...(commands.length ? [element('details', { className: 'curl' }, element('summary', {}, 'As curl'),
      copyable('', commands.join('\n\n')))] : []));
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
  return blocked ? 'Blocked: the page sees only an error' : `Readable: the page sees status ${status}`;
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

/* A request to the server, and its answer, with the header in it that is to blame. */
function sent({ method, path, request, answer }, guilty, about) {
  const question = arrow('browser', 'server', `${method} ${path}`,
    ...(about ? [element('p', {}, about)] : []), headers(request));
  if (answer.Err) {
    return [question, arrow('server', 'browser', 'no answer', element('p', {}, answer.Err))];
  }
  const { status, headers: lines, body, is_cut: isCut } = answer.Ok;
  return [question, arrow('server', 'browser', `${status} ${PHRASES[status] ?? ''}`, headers(lines, guilty),
    ...(body ? [element('pre', {}, shortened(body))] : []),
    ...(isCut ? [element('p', {}, 'Truncated: the proxy forwards only the first part of the body.')] : []))];
}

/* Pages and files are long. */
function shortened(body) {
  return body.length > 600 ? `${body.slice(0, 600)} …` : body;
}

function headers(lines, guilty) {
  const row = ([name, value]) => {
    const className = name === guilty ? 'guilty' : '';
    return [element('dt', { className }, name), element('dd', { className }, value)];
  };
  const table = (some) => element('dl', {}, ...some.flatMap(row));
  const isTelling = ([name]) => TELLING.test(name) || name === guilty;
  const missing = guilty && !lines.some(([name]) => name === guilty) ? [[guilty, 'missing']] : [];
  const telling = [...missing, ...lines.filter(isTelling)];
  const others = lines.filter((line) => !isTelling(line));
  const parts = telling.length ? [table(telling)] : [];
  if (others.length) {
    const summary = element('summary', {}, others.length === 1 ? '1 other header' : `${others.length} other headers`);
    parts.push(element('details', {}, summary, table(others)));
  }
  return element('div', { className: 'headers' }, ...parts);
}

/* Where it stopped, and by which rule; what the server says of it, and what the browser's console. */
function stop({ attempt, api, page, seen, verdict, exchange }) {
  const answer = exchange?.answer.Ok;
  const rule = exchange?.answer.Err
    ? exchange.answer.Err
    : verdict.step
      ? verdict.sentence.replace('blocked: ', '')
      : `the browser refused it (${seen.blocked})`;
  const said = consoleSays({ url: `${api}${attempt.path}`, attempt, answer, verdict, page });
  return element('li', { className: 'stop' },
    element('p', {}, element('strong', {}, 'Stopped here'), `: ${rule}.`), ...refusal(exchange, answer),
    ...(said ? [element('p', { className: 'console' }, `${said.name}’s console says: `, element('q', {}, said.sentence), ' ',
      element('a', { href: GUIDE }, 'How to fix it'))] : []));
}

/* A refusal, which is a 403; in a debug build the policy says why. Only of the playground's own API it is known
   that `enforce` has made it. */
function refusal(exchange, answer) {
  if (answer?.status !== 403) {
    return [];
  }
  const refused = stage.service
    ? element('p', {}, 'The server answered 403.')
    : element('p', {}, 'The server itself refused the request (', element('code', {}, 'enforce'), '), before the handler ran.');
  const reason = element('p', {}, 'It says: ', element('q', {}, shortened(answer.body.trim())));
  return [...(isPreflight(exchange) ? [] : [refused]), ...(answer.body ? [reason] : [])];
}

/* What the page's script gets. */
function received({ blocked, status, headers: lines, body }) {
  return blocked
    ? arrow('browser', 'page', blocked)
    : arrow('browser', 'page', `Response { status: ${status} }`,
      element('p', {}, 'What the script can read:'), headers(lines), ...(body ? [element('pre', {}, shortened(body))] : []));
}
