'use strict';

/* Sends a request from the page that this script is in, and returns what the page sees. */
async function send(url, init) {
  try {
    const response = await fetch(url, init);
    return {
      status: response.status,
      headers: [...response.headers],
      body: await response.text(),
    };
  } catch (error) {
    return { blocked: String(error) };
  }
}
