'use strict';

/* Fires requests from one of three origins, asks the servers about them, and shows the sequences. */

const byId = (id) => document.getElementById(id);
const form = byId('request');
const frames = { second: byId('second'), sandbox: byId('sandbox') };

/* Attempts have a number each, which the URLs carry: the preflight cache knows URLs. */
const session = Date.now().toString(36);
let attempts = 0;

/* What a request is that says nothing else. */
const ORDINARY = { method: 'GET', headers: '', body: '', from: 'page', credentials: false };

/* How often the sequences were drawn. */
let drawings = 0;

let stage;

async function start() {
  stage = await (await fetch('stage')).json();
  byId('page-origin').textContent = stage.page;
  byId('api-origin').textContent = stage.api;
  for (const { path, about, policy } of stage.endpoints) {
    form.elements.path.append(element('option', {}, path));
    byId('endpoints').append(element('details', {},
      element('summary', {}, element('code', {}, path), ` ${about}`), element('pre', {}, policy)));
  }
  for (const scene of SCENES) {
    const button = element('button', { type: 'button', disabled: true }, scene.title);
    button.dataset.scene = scene.id;
    button.onclick = () => play(scene);
    byId('scenes').append(button);
  }
  await Promise.all([load(frames.second, `${stage.second}/frame`), load(frames.sandbox, 'frame')]);
  setBusy(false);
}

/* Loads a frame, which says when its script is there. */
async function load(frame, url) {
  const ready = message(({ source }) => source === frame.contentWindow);
  frame.src = url;
  await ready;
}

function setBusy(busy) {
  for (const button of document.querySelectorAll('button')) {
    button.disabled = busy;
  }
  byId('sequences').ariaBusy = busy;
}

async function play(scene) {
  byId('about').textContent = scene.about;
  await show(scene.requests);
}

form.onsubmit = async (event) => {
  event.preventDefault();
  byId('about').textContent = 'Your request:';
  const { path, method, headers, body, from, credentials } = form.elements;
  await show([{
    path: path.value,
    method: method.value,
    headers: headers.value,
    body: body.value,
    from: from.value,
    credentials: credentials.checked,
  }]);
};

/* Fires requests one after the other, and draws what became of each. */
async function show(requests) {
  const focused = document.activeElement;
  setBusy(true);
  byId('sequences').replaceChildren();
  byId('about').scrollIntoView({ block: 'nearest' });
  try {
    for (const written of requests) {
      const request = { ...ORDINARY, ...written };
      fill(request);
      const drawn = await fire(request);
      byId('sequences').append(drawn);
      byId('about').append(` ${drawn.querySelector('h3').textContent}.`);
    }
  } catch (error) {
    byId('about').textContent = `The playground itself has failed (is it still running?): ${error}`;
  }
  setBusy(false);
  drawings += 1;
  byId('sequences').dataset.drawings = drawings;
  focused?.focus();
}

/* The form shows the request of a scene, to be changed and sent again. */
function fill({ path, method, headers, body, from, credentials }) {
  form.elements.credentials.checked = credentials;
  for (const [field, value] of Object.entries({ path, method, headers, body, from })) {
    form.elements[field].value = value;
  }
}

/* Fires a request; `again` has it use the URL of the one before. */
async function fire({ path, method, headers, body, from, credentials, again }) {
  attempts += again ? 0 : 1;
  const attempt = {
    origin: { page: stage.page, second: stage.second, sandbox: 'null' }[from],
    path,
    method,
    headers: lines(headers),
    credentials,
    body,
  };
  const number = `${session}-${attempts}`;
  const before = again ? (await recorded(number)).length : 0;
  const init = {
    method,
    headers: attempt.headers,
    credentials: credentials ? 'include' : 'omit',
    ...(body ? { body } : {}),
  };
  const url = `${stage.api}${path}?try=${number}`;
  const seen = frames[from] ? await viaFrame(frames[from], url, init) : await send(url, init);
  const exchanges = (await recorded(number)).slice(before);
  const verdict = await judged(attempt);
  return sequence({ attempt, api: stage.api, seen, exchanges, verdict });
}

/* `Name: value`, one a line. */
function lines(text) {
  return text.split('\n').filter((line) => line.trim()).map((line) => {
    const [name, ...value] = line.split(':');
    return [name.trim(), value.join(':').trim()];
  });
}

async function viaFrame(frame, url, init) {
  const id = crypto.getRandomValues(new Uint32Array(1))[0];
  const answer = message(({ data, source }) => source === frame.contentWindow && data.id === id);
  frame.contentWindow.postMessage({ id, url, init }, '*');
  return (await answer).seen;
}

/* The next message that is the one. */
function message(isIt) {
  return new Promise((resolve) => {
    addEventListener('message', function receive(event) {
      if (isIt(event)) {
        removeEventListener('message', receive);
        resolve(event.data);
      }
    });
  });
}

async function recorded(attempt) {
  return (await fetch(`exchanges?try=${attempt}`)).json();
}

async function judged(attempt) {
  const headers = { 'content-type': 'application/json' };
  return (await fetch('verdict', { method: 'POST', headers, body: JSON.stringify(attempt) })).json();
}

start();
