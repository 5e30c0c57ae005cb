'use strict';

/* Ready-made scenes: requests, and why they are worth a look. */
const SCENES = [
  {
    id: 'simple',
    title: 'The simple case',
    about: 'A GET without special headers is sent at once. Only the response is checked.',
    requests: [{ path: '/items' }],
  },
  {
    id: 'credentials',
    title: 'Credentials',
    about: 'The page asks the browser to send cookies, and the policy lets it read the response. Run it twice: the server counts the visits.',
    requests: [{ path: '/account', credentials: true }],
  },
  {
    id: 'wrong-method',
    title: 'A wrong method',
    about: 'The answer to the preflight lists the methods of the handler. This one is not among them.',
    requests: [{ path: '/items', method: 'DELETE' }],
  },
  {
    id: 'refused-origin',
    title: 'A refused origin',
    about: 'The policy does not list this page’s origin. The server itself refuses the request, before the handler runs.',
    requests: [{ path: '/account', from: 'second', credentials: true }],
  },
  {
    id: 'sandbox',
    title: 'A sandboxed frame',
    about: 'Its origin is null, like that of every sandboxed frame on the web, so it never matches.',
    requests: [{
      path: '/account', method: 'DELETE', from: 'sandbox', headers: 'X-CSRF-Token: 1',
    }],
  },
  {
    id: 'readable-422',
    title: 'A 422 that can be read',
    about: 'The JSON lacks the field “name”. The extractor rejects it, and the page can still read why.',
    requests: [{
      path: '/items', method: 'POST', headers: 'Content-Type: application/json', body: '{"nane": "tea"}',
    }],
  },
  {
    id: 'auth-plain-router',
    title: 'Auth on a plain router',
    about: 'The preflight carries no token, so the layer answers it with 401. The request is never sent.',
    requests: [{ path: '/plain-router/members', headers: 'Authorization: Bearer let-me-in' }],
  },
  {
    id: 'auth-cors-router',
    title: 'Auth on a CorsRouter',
    about: 'The preflight reaches no layer; and without the right token, the 401 can be read.',
    requests: [
      { path: '/cors-router/members', headers: 'Authorization: Bearer let-me-in' },
      { path: '/cors-router/members', headers: 'Authorization: Bearer wrong' },
    ],
  },
  {
    id: 'max-age',
    title: 'max_age at work',
    about: 'The same request twice. The second time the browser still has the answer to the preflight.',
    requests: [
      { path: '/settings', method: 'PUT' },
      { path: '/settings', method: 'PUT', again: true },
    ],
  },
];
