'use strict';

/* What the console of the visitor's own browser says where a request is blocked. The words are those that the
   guide lists, which leads from them to the line to write. */

const GUIDE = 'https://docs.rs/cors-runtime/latest/cors_runtime/guides/my_request_fails/';

const ALLOW = 'Access-Control-Allow-';

/* By the engine that the visitor has: what it says of each kind of mistake. */
const ENGINES = {
  Chromium: {
    frame: (reason, { url, origin, isPreflight, checks }) =>
      `Access to fetch at '${url}' from origin '${origin}' has been blocked by CORS policy: ${
        isPreflight && checks ? "Response to preflight request doesn't pass access control check: " : ''}${reason}`,
    missing: () => `No '${ALLOW}Origin' header is present on the requested resource.`,
    several: ({ found }) => `The '${ALLOW}Origin' header contains multiple values '${found}', but only one is allowed.`,
    wildcard: () => `The value of the '${ALLOW}Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.`,
    other: ({ found }) => `The '${ALLOW}Origin' header has a value '${found}' that is not equal to the supplied origin.`,
    credentials: ({ allowCredentials }) => `The value of the '${ALLOW}Credentials' header in the response is '${allowCredentials ?? ''}' which must be 'true' when the request's credentials mode is 'include'.`,
    status: () => 'It does not have HTTP ok status.',
    redirect: () => 'Redirect is not allowed for a preflight request.',
    method: ({ method }) => `Method ${method} is not allowed by ${ALLOW}Methods in preflight response.`,
    header: ({ header }) => `Request header field ${header} is not allowed by ${ALLOW}Headers in preflight response.`,
  },
  Firefox: {
    frame: (reason, { url }) =>
      `Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at ${url}. (Reason: ${reason}).`,
    missing: () => `CORS header ‘${ALLOW}Origin’ missing`,
    several: () => `Multiple CORS header ‘${ALLOW}Origin’ not allowed`,
    wildcard: () => `Credential is not supported if the CORS header ‘${ALLOW}Origin’ is ‘*’`,
    other: ({ found }) => `CORS header ‘${ALLOW}Origin’ does not match ‘${found}’`,
    credentials: () => `expected ‘true’ in CORS header ‘${ALLOW}Credentials’`,
    status: () => 'CORS preflight response did not succeed',
    redirect: () => 'CORS request external redirect not allowed',
    method: () => `Did not find method in CORS header ‘${ALLOW}Methods’`,
    header: ({ header }) => `header ‘${header}’ is not allowed according to header ‘${ALLOW}Headers’ from CORS preflight response`,
  },
  WebKit: {
    frame: (reason) => reason,
    missing: ({ origin }) => `Origin ${origin} is not allowed by ${ALLOW}Origin.`,
    several: () => `${ALLOW}Origin cannot contain more than one origin.`,
    wildcard: () => `Cannot use wildcard in ${ALLOW}Origin when credentials flag is true.`,
    other: ({ origin }) => `Origin ${origin} is not allowed by ${ALLOW}Origin.`,
    credentials: () => `Credentials flag is true, but ${ALLOW}Credentials is not "true".`,
    status: ({ status }) => `Preflight response is not successful. Status code: ${status}`,
    redirect: ({ status }) => `Preflight response is not successful. Status code: ${status}`,
    method: ({ method }) => `Method ${method} is not allowed by ${ALLOW}Methods.`,
    header: ({ header }) => `Request header field ${header} is not allowed by ${ALLOW}Headers.`,
  },
};

function engine() {
  const agent = navigator.userAgent;
  return agent.includes('Firefox/') ? 'Firefox' : agent.includes('Chrome/') ? 'Chromium' : 'WebKit';
}

/* The sentence, or nothing where the console says nothing of CORS. */
function consoleSays({ url, attempt, answer, verdict, page }) {
  const kind = answer && kindOf(attempt, answer, verdict);
  if (!kind) {
    return undefined;
  }
  const isPreflight = verdict.step.startsWith('Preflight');
  const needed = verdict.sentence.match(/it has to list `([^`]*)`/);
  const known = {
    url,
    origin: page,
    isPreflight,
    checks: !['method', 'header'].includes(kind),
    found: valuesOf(answer, 'access-control-allow-origin').join(', '),
    allowCredentials: valuesOf(answer, 'access-control-allow-credentials')[0],
    status: answer.status,
    method: attempt.method,
    header: needed?.[1],
  };
  const words = ENGINES[engine()];
  return { name: engine(), sentence: words.frame(words[kind](known), known) };
}

/* Which of the sentences it is. */
function kindOf({ credentials }, answer, { step, guilty }) {
  const found = valuesOf(answer, 'access-control-allow-origin');
  const redirects = answer.status >= 300 && answer.status < 400;
  switch (step) {
    case 'PreflightMethod': return 'method';
    case 'PreflightHeader': return 'header';
    case 'PreflightStatus': return redirects ? 'redirect' : 'status';
    case 'PreflightCheck':
    case 'Check':
      if (guilty === 'access-control-allow-credentials') return 'credentials';
      if (found.length === 0) return 'missing';
      if (found.length > 1) return 'several';
      return found[0] === '*' && credentials ? 'wildcard' : 'other';
    default: return undefined;
  }
}

function valuesOf({ headers }, wanted) {
  return headers.filter(([name]) => name === wanted).map(([, value]) => value);
}
