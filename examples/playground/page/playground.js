'use strict';

/* Fires requests from one of three origins, asks the servers about them, and shows the sequences. */

const byId = (id) => document.getElementById(id);
const form = byId('request');
const frames = { second: byId('second'), sandbox: byId('sandbox') };

/* Attempts have a number each, which the URLs carry: the preflight cache knows URLs, and the servers of this run
   know their page by its token. */
const session = Date.now().toString(36);
let attempts = 0;

/* What a request is that says nothing else. */
const ORDINARY = { method: 'GET', headers: '', body: '', from: 'page', as: '', credentials: false };

/* What no page may set: the browser leaves it out. */
const FORBIDDEN = /^(accept-(charset|encoding)|access-control-request-(headers|method)|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/i;

/* How often the sequences were drawn. */
let drawings = 0;

let stage;

async function start() {
  stage = await (await fetch('stage')).json();
  byId('page-origin').textContent = stage.page;
  byId('api-origin').textContent = stage.service?.[0] ?? stage.api;
  if (stage.service) {
    byId('server').textContent = 'your service';
    for (const section of ['scenes-section', 'policy-section', 'endpoints-section']) {
      byId(section).hidden = true;
    }
    document.querySelectorAll('.with-service').forEach((part) => { part.hidden = false; });
  }
  for (const { path, about, policy } of stage.endpoints) {
    byId('paths').append(element('option', {}, path));
    byId('endpoints').append(element('details', {},
      element('summary', {}, element('code', {}, path), ` ${about}`), element('pre', {}, policy)));
  }
  for (const scene of stage.service ? [] : SCENES) {
    const button = element('button', { type: 'button', disabled: true }, scene.title);
    button.dataset.scene = scene.id;
    button.onclick = () => play(scene);
    byId('scenes').append(button);
  }
  await Promise.all([load(frames.second, `${stage.second}/frame`), load(frames.sandbox, 'frame')]);
  if (stage.service) {
    byId('about').textContent = 'The first request:';
    await show([{ path: stage.service[1] }]);
  } else {
    await play(SCENES[0]);
  }
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
  const { path, method, headers, body, from, as, credentials } = form.elements;
  await show([{
    path: path.value,
    method: method.value,
    headers: headers.value,
    body: body.value,
    from: from.value,
    as: as.value.trim(),
    credentials: credentials.checked,
  }]);
};

/* Fires requests one after the other, and draws what became of each. */
async function show(requests) {
  const focused = document.activeElement;
  setBusy(true);
  byId('sequences').replaceChildren();
  if (drawings) {
    byId('about').scrollIntoView({ block: 'nearest' });
  }
  try {
    for (const written of requests) {
      const request = { ...ORDINARY, ...written };
      fill(request);
      const drawn = await fire(request);
      byId('sequences').append(drawn);
      byId('about').append(` ${drawn.querySelector('h3').textContent}.`);
    }
  } catch (error) {
    byId('about').textContent = error instanceof Refused
      ? error.message
      : `The playground itself failed (is it still running?): ${error}`;
  }
  setBusy(false);
  drawings += 1;
  byId('sequences').dataset.drawings = drawings;
  focused?.focus();
}

/* The form shows the request of a scene, to be changed and sent again. */
function fill({ path, method, headers, body, from, as, credentials }) {
  form.elements.credentials.checked = credentials;
  for (const [field, value] of Object.entries({ path, method, headers, body, from, as })) {
    form.elements[field].value = value;
  }
}

/* Fires a request; `again` has it use the URL of the one before. */
async function fire({ path, method, headers, body, from, as, credentials, again }) {
  attempts += again ? 0 : 1;
  const number = `${stage.token}-${session}-${attempts}`;
  const page = { page: stage.page, second: stage.second, sandbox: 'null' }[from];
  const disguise = as && from === 'page' ? await posted('attempt', { attempt: number, origin: as }) : undefined;
  const api = disguise?.api ?? stage.api;
  const { good, problems } = lines(headers);
  const attempt = { attempt: number, origin: disguise ? as : page, path, method, headers: good, credentials, body };
  const before = again ? (await recorded(number)).length : 0;
  const init = {
    method,
    headers: good,
    credentials: credentials ? 'include' : 'omit',
    ...(body ? { body } : {}),
  };
  const url = `${api}${path}${path.includes('?') ? '&' : '?'}try=${number}`;
  const seen = frames[from] ? await viaFrame(frames[from], url, init) : await send(url, init);
  const exchanges = (await recorded(number)).slice(before);
  const verdict = await posted('verdict', attempt);
  const server = stage.service?.[0] ?? stage.api;
  return sequence({ attempt, page, api, server, seen, exchanges, verdict, problems });
}

/* `Name: value`, one a line; and what is wrong with the others. */
function lines(text) {
  const good = [];
  const problems = [];
  for (const line of text.split('\n').filter((line) => line.trim())) {
    const [name, ...value] = line.split(':');
    if (!value.length) {
      problems.push(`“${line.trim()}” has no colon and is ignored: write headers as “Name: value”.`);
    } else if (FORBIDDEN.test(name.trim())) {
      problems.push(`No page may set “${name.trim()}”: the browser leaves it out.`);
    } else {
      good.push([name.trim(), value.join(':').trim()]);
    }
  }
  return { good, problems };
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

/* What the server says in words. */
class Refused extends Error {}

async function posted(path, what) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(what) });
  if (!response.ok) {
    throw new Refused(await response.text());
  }
  return response.json();
}

start();
